# -*- coding: latin-1 -*-
"""Months, in a file that is not UTF-8."""

RIPE = {"apple": "September", "pear": "août", "quince": "octobre", "cherry": "märz"}
ACCENTS = {"û", "ä", "e"}
