//! Private names: `__x` in `class C` is `_C__x`.

use crate::symbol::{Joint, Symbol, Symbols};

/// The name that `name` has in the class `private`.
pub fn mangle(private: Option<Symbol>, name: Symbol, symbols: &mut Symbols) -> Symbol {
    let Some(private) = private else {
        return name;
    };
    if !symbols.can_be_private(name) {
        return name;
    }
    let class = symbols.bytes(private);
    let Some(start) = class.iter().position(|&byte| byte != b'_') else {
        return name;
    };
    let make = |symbols: &Symbols| [b"_", &symbols.bytes(private)[start..], symbols.bytes(name)].concat();
    symbols.made(Joint::Private, private, name, make)
}
