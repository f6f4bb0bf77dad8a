"""The command `orchard`."""

import argparse
import pkgutil

from orchard import TREES, is_fruit
from orchard.fruit.pome import ripens


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="orchard", description=__doc__)
    parser.add_argument("name", nargs="?", default="apple")
    name = parser.parse_args(arguments).name
    if not is_fruit(name):
        parser.exit(1, "%s is no fruit\n" % name)
    kind = "tree" if name in TREES else "plant"
    print("%s: a %s, ripe in %s" % (name, kind, ripens(name)))
    print(pkgutil.get_data("orchard", "data/seasons.txt").decode("utf-8").strip())


if __name__ == "__main__":
    main()
