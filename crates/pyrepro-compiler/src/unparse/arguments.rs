//! Lambdas and their parameters.

use super::{Level, Unparser};
use crate::ast::{Arg, Arguments, ExprId, Id};
use crate::error::Result;

impl Unparser<'_> {
    pub(super) fn lambda(&mut self, args: Id<Arguments>, body: ExprId) -> Result<()> {
        let arguments = self.ast[args];
        let positional = arguments.posonlyargs.len() + arguments.args.len();
        // Nothing between `lambda` and `*`: CPython's text has it so.
        self.put(if positional > 0 { "lambda " } else { "lambda" });
        self.arguments(&arguments)?;
        self.put(": ");
        self.expr(body, Level::Test)
    }

    fn arguments(&mut self, arguments: &Arguments) -> Result<()> {
        let ast = self.ast;
        let mut first = true;
        self.positional(arguments, &mut first)?;
        if arguments.vararg.is_some() || !arguments.kwonlyargs.is_empty() {
            self.separate(&mut first);
            self.put("*");
            if let Some(arg) = arguments.vararg {
                self.arg(&ast[arg])?;
            }
        }
        for (arg, &default) in ast[arguments.kwonlyargs].iter().zip(&ast[arguments.kw_defaults]) {
            self.separate(&mut first);
            self.arg(arg)?;
            self.default(default)?;
        }
        if let Some(arg) = arguments.kwarg {
            self.separate(&mut first);
            self.put("**");
            self.arg(&ast[arg])?;
        }
        Ok(())
    }

    fn positional(&mut self, arguments: &Arguments, first: &mut bool) -> Result<()> {
        let ast = self.ast;
        let positional_only = arguments.posonlyargs.len();
        let total = positional_only + arguments.args.len();
        let required = total - arguments.defaults.len().min(total);
        let all = ast[arguments.posonlyargs].iter().chain(&ast[arguments.args]);
        for (place, arg) in all.enumerate() {
            self.separate(first);
            self.arg(arg)?;
            if place >= required {
                self.default(ast[arguments.defaults].get(place - required).copied())?;
            }
            if place + 1 == positional_only {
                self.put(", /");
            }
        }
        Ok(())
    }

    fn separate(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.put(", ");
        }
    }

    fn arg(&mut self, arg: &Arg) -> Result<()> {
        self.name(arg.name);
        if let Some(annotation) = arg.annotation {
            self.put(": ");
            self.expr(annotation, Level::Test)?;
        }
        Ok(())
    }

    fn default(&mut self, value: Option<ExprId>) -> Result<()> {
        let Some(value) = value else {
            return Ok(());
        };
        self.put("=");
        self.expr(value, Level::Test)
    }
}
