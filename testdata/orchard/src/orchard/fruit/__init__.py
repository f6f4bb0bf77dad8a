"""Kinds of fruit."""
