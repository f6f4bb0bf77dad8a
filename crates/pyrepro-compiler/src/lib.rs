//! Python source to the bytecode of a named CPython release, without CPython.
#![forbid(unsafe_code)]
