"""`./run bench [name]`: run a measurement; without a name, list them."""

import sys

from benchmarks import calendars, free_time, herd, quiet, size, workers
from benchmarks.peers import compared as peers

BENCHES = {
    "herd": herd.main,
    "quiet": quiet.main,
    "size": size.main,
    "workers": workers.main,
    "peers": peers.main,
    "calendars": calendars.main,
    "free_time": free_time.main,
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in BENCHES:
        print(f"Use: ./run bench {' | '.join(BENCHES)}")
        return 0 if not arguments else 1
    BENCHES[arguments[0]]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
