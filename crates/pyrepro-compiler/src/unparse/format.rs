//! f-strings and t-strings.

use super::{Level, Unparser};
use crate::ast::{Conversion, ExprId, ExprKind, List};
use crate::constant::Const;
use crate::error::Result;

impl Unparser<'_> {
    /// An f-string, or a format specification, which has no quotes.
    pub(super) fn joined(&mut self, values: List<ExprId>, is_spec: bool) -> Result<()> {
        let ast = self.ast;
        if is_spec {
            return self.pieces(&ast[values], true);
        }
        self.quoted("f", &ast[values])
    }

    /// A t-string. f-strings that were written next to it are told apart by their fields.
    pub(super) fn template(&mut self, values: List<ExprId>) -> Result<()> {
        let ast = self.ast;
        let values = &ast[values];
        if values.is_empty() {
            return self.quoted("t", values);
        }
        let is_formatted = |value: &ExprId| matches!(ast[*value].kind, ExprKind::FormattedValue { .. });
        let mut start = 0;
        for (place, value) in values.iter().enumerate() {
            if !is_formatted(value) {
                continue;
            }
            if place > start {
                self.quoted("t", &values[start..place])?;
                self.put(" ");
            }
            self.quoted("f", &values[place..=place])?;
            if place + 1 < values.len() {
                self.put(" ");
            }
            start = place + 1;
        }
        if start < values.len() {
            self.quoted("t", &values[start..])?;
        }
        Ok(())
    }

    fn quoted(&mut self, prefix: &str, values: &[ExprId]) -> Result<()> {
        let around = std::mem::take(&mut self.out);
        self.pieces(values, false)?;
        let body = std::mem::replace(&mut self.out, around);
        self.put(prefix);
        self.repr.string(&mut self.out, &body);
        Ok(())
    }

    fn pieces(&mut self, values: &[ExprId], is_spec: bool) -> Result<()> {
        values.iter().try_for_each(|&value| self.piece(value, is_spec))
    }

    fn piece(&mut self, value: ExprId, is_spec: bool) -> Result<()> {
        match self.ast[value].kind {
            ExprKind::Constant { value, .. } => {
                if let Const::Str(text) = self.repr.constants[value] {
                    for &byte in self.repr.symbols.bytes(text) {
                        self.out.push(byte);
                        if matches!(byte, b'{' | b'}') {
                            self.out.push(byte);
                        }
                    }
                }
                Ok(())
            }
            ExprKind::JoinedStr { values } => self.joined(values, is_spec),
            ExprKind::TemplateStr { values } => self.template(values),
            _ => self.replacement(value),
        }
    }

    /// `{value!r:spec}`
    pub(super) fn replacement(&mut self, field: ExprId) -> Result<()> {
        let (conversion, spec) = match self.ast[field].kind {
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                let around = std::mem::take(&mut self.out);
                self.expr(value, Level::Or)?;
                let text = std::mem::replace(&mut self.out, around);
                self.open_field(&text);
                (conversion, format_spec)
            }
            ExprKind::Interpolation { str, conversion, format_spec, .. } => {
                if let Const::Str(text) = self.repr.constants[str] {
                    self.open_field(self.repr.symbols.bytes(text));
                }
                (conversion, format_spec)
            }
            _ => return Ok(()),
        };
        self.put(match conversion {
            Conversion::None => "",
            Conversion::Str => "!s",
            Conversion::Repr => "!r",
            Conversion::Ascii => "!a",
        });
        if let Some(spec) = spec {
            self.put(":");
            self.piece(spec, true)?;
        }
        self.put("}");
        Ok(())
    }

    /// A blank keeps a brace of the value from doubling that of the field.
    fn open_field(&mut self, text: &[u8]) {
        self.put(if text.starts_with(b"{") { "{ " } else { "{" });
        self.out.extend_from_slice(text);
    }
}
