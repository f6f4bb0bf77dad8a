"""A plugin in a namespace package: there is no orchard_plugins/__init__.py."""


def press(apples):
    return [apple for apple in apples if apple not in {"crab", "rotten"}]
