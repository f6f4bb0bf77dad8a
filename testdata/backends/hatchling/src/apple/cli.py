from . import KINDS


def main():
    print(" ".join(sorted(KINDS)))
