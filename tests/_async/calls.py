"""A call of each method: the POST is of the class that is only sent once."""

from __future__ import annotations


async def call(client, method):
    if method == "GET":
        return await client.customers.get("cus_1")
    if method == "PATCH":
        return await client.customers.update("cus_1", name="Ada")
    if method == "DELETE":
        return await client.customers.delete("cus_1")
    return await client.customers.create(external_id="u", email="a@b.c", currency="NGN")
