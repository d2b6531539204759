"""Change the code in many small ways, one at a time, and see whether a test notices.

    python -m pip install -e ".[test]"
    python -m tests.mutation --measure                 # once: which test runs which line
    python -m tests.mutation --count 600 --seed 1      # a sample of all modules
    python -m tests.mutation --module _call            # a room, or a module: _async/caller.py
    python -m tests.mutation --only 1b2c3d4e5f         # one again, with what the tests say
    python -m tests.mutation --again                   # the survivors of the last run
    python -m tests.mutation --measure tests/test_x.py # tests that are new

Mutants are written into a copy of the checkout, in `build/mutation`. A run that was stopped goes on
with `--resume`. It exits with 1 if a mutant survives that `explained.txt` does not explain.
"""

from __future__ import annotations

import argparse
import sys
from typing import List

from tests.mutation import reporting
from tests.mutation.choosing import Tests
from tests.mutation.measuring import durations_file, measure
from tests.mutation.mutants import Mutant, matches, mutants_of, sample
from tests.mutation.running import End, Result, Runner, log_of
from tests.mutation.tree import Tree


def options(arguments: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--measure", nargs="*", metavar="TESTS", help="all tests, or these too")
    parser.add_argument("--workers", type=int, default=2, help="processes of --measure")
    parser.add_argument("--count", type=int, default=600, help="mutants of the sample")
    parser.add_argument("--seed", type=int, default=1, help="another sample for each")
    parser.add_argument("--module", default="*", metavar="PATTERN", help="of these modules alone")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these mutants, whatever the seed")
    parser.add_argument("--again", action="store_true", help="those that survived the last run")
    parser.add_argument("--resume", action="store_true", help="those that have not been run yet")
    parser.add_argument("--rounds", type=int, help="1 and 2: some of the tests, for a quick look")
    parser.add_argument("--list", action="store_true", help="show the mutants, and run no test")
    return parser.parse_args(arguments)


def chosen(tree: Tree, wanted: argparse.Namespace) -> List[Mutant]:
    if not wanted.only:
        return sample(tree, wanted.module, wanted.count, wanted.seed)
    names = [name for name in tree.modules() if matches(name, wanted.module)]
    found = [mutant for name in names for mutant in mutants_of(tree, name)]
    return [mutant for mutant in found if mutant.id in wanted.only]


def main(arguments: List[str]) -> int:
    wanted = options(arguments)
    tree = Tree()
    tree.work.mkdir(parents=True, exist_ok=True)
    tree.refresh()
    if wanted.measure is not None:
        measure(tree, wanted.workers, wanted.measure)
        return 0
    mutants = chosen(tree, wanted)
    if wanted.list:
        print("\n\n".join(mutant.diff() for mutant in mutants))
        return 0
    if not durations_file(tree.work).exists():
        print("first of all: python -m tests.mutation --measure", file=sys.stderr)
        return 2
    results = run(tree, mutants, wanted)
    left = [result for result in results if result.end is End.SURVIVED]
    for result in left:
        print(f"\n{result.mutant.diff()}\n({result.by})")
    print(f"\n{reporting.table(results)}")
    return 1 if left else 0


def run(tree: Tree, mutants: List[Mutant], wanted: argparse.Namespace) -> List[Result]:
    """Run what is wanted of a sample, and return the results of all of it."""
    runner = Runner(tree, Tests(tree.work), wanted.rounds)
    runner.prepare()
    log = reporting.Log(tree.work / "results.jsonl")
    reasons = {} if wanted.only else reporting.explained()
    if wanted.again or wanted.resume or wanted.only:
        log.read()
    else:
        log.clear()
    results: List[Result] = []
    for number, mutant in enumerate(mutants, 1):
        known = log.ends.get(mutant.id)
        if mutant.id in reasons:
            result = Result(mutant, End.EXPLAINED, reasons[mutant.id], 0.0)
        elif known and not wanted.only and not (wanted.again and known[0] == End.SURVIVED.value):
            result = log.result(mutant)
        else:
            result = runner.run(mutant)
            log.add(result)
            print(reporting.line_of(result, number, len(mutants)), flush=True)
            if wanted.only:
                print(f"{mutant.diff()}\n{log_of(runner)}")
        results.append(result)
    return results


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
