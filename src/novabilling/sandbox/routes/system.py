"""What stands beside the API: the health check and the list of currencies."""

from __future__ import annotations

from typing import List

from .._http.engine import Call, route
from .._javascript.values import Row, iso

_CURRENCIES = """
ZAR R 2 South African Rand
NGN ₦ 2 Nigerian Naira
EGP E£ 2 Egyptian Pound
MAD DH 2 Moroccan Dirham
KES KSh 2 Kenyan Shilling
DZD DA 2 Algerian Dinar
TND DT 3 Tunisian Dinar
GHS GH₵ 2 Ghanaian Cedi
AOA Kz 2 Angolan Kwanza
ETB Br 2 Ethiopian Birr
UGX USh 0 Ugandan Shilling
TZS TSh 0 Tanzanian Shilling
RWF FRw 0 Rwandan Franc
SDG SDG 2 Sudanese Pound
SOS Sh 2 Somali Shilling
SSP SS£ 2 South Sudanese Pound
BWP P 2 Botswana Pula
MWK MK 2 Malawian Kwacha
MUR ₨ 2 Mauritian Rupee
NAD N$ 2 Namibian Dollar
SCR ₨ 2 Seychellois Rupee
SZL L 2 Swazi Lilangeni
ZMW ZK 2 Zambian Kwacha
MZN MT 2 Mozambican Metical
LSL L 2 Lesotho Loti
XOF CFA 0 West African CFA Franc
CVE $ 2 Cape Verdean Escudo
GMD D 2 Gambian Dalasi
GNF FG 0 Guinean Franc
LRD L$ 2 Liberian Dollar
SLL Le 2 Sierra Leonean Leone
XAF FCFA 0 Central African CFA Franc
STN Db 2 São Tomé and Príncipe Dobra
LYD LD 3 Libyan Dinar
MRU UM 2 Mauritanian Ouguiya
USD $ 2 US Dollar
EUR € 2 Euro
GBP £ 2 British Pound
CAD C$ 2 Canadian Dollar
AUD A$ 2 Australian Dollar
JPY ¥ 0 Japanese Yen
CNY ¥ 2 Chinese Yuan
INR ₹ 2 Indian Rupee
BRL R$ 2 Brazilian Real
"""


def _currency(line: str) -> Row:
    code, symbol, decimals, name = line.split(" ", 3)
    return {"code": code, "symbol": symbol, "name": name, "decimals": int(decimals)}


CURRENCIES: List[Row] = [_currency(line) for line in _CURRENCIES.strip().splitlines()]


@route("GET /currencies")
def list_currencies(_call: Call) -> List[Row]:
    return CURRENCIES


@route("GET ~/health")
def health(call: Call) -> Row:
    return {"status": "ok", "timestamp": iso(call.now), "uptime": call.world.uptime()}
