//! What differs between releases, named by behaviour.

mod grammar;
mod passes;
mod releases;

pub use grammar::{Consulted, Grammar, Switches};
pub use releases::*;

use crate::cfg::Pass;
use crate::opcode::{Op, Table};

/// The Unicode database of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnicodeVersion {
    /// 14.0
    V14,
    /// 15.0
    V15,
    /// 15.1
    V15_1,
    /// 16.0
    V16,
    /// 17.0
    V17,
}

/// How a `with` statement enters its context manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithEnter {
    /// `BEFORE_WITH`
    Before,
    /// `LOAD_SPECIAL` for `__exit__` and `__enter__`
    LoadSpecial,
}

/// What the end of a `for` loop removes from the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForExit {
    /// `END_FOR`, `POP_TOP`
    PopTop,
    /// `END_FOR`, `POP_ITER`
    PopIter,
    /// `END_FOR`, which takes the iterator too
    EndFor,
    /// Nothing: `FOR_ITER` takes the iterator
    Nothing,
}

/// Where a comprehension makes an iterator of what it goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionIterator {
    /// `GET_ITER` in the unit around.
    Around,
    /// There, and again right before the loop.
    Twice,
    /// Right before the loop; a generator expression does it before it becomes a generator.
    Inside,
}

/// How a backslash that escapes nothing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeWarning {
    /// `DeprecationWarning`
    Deprecation,
    /// `SyntaxWarning`: invalid escape sequence '\d'
    Syntax,
    /// `SyntaxWarning` that says what to write instead
    SyntaxWithAdvice,
}

/// Names that a class provides to the functions in it, and that a comprehension inlined in the class
/// looks up as globals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassNames {
    /// None: CPython mostly fails with an internal error.
    None,
    /// `__class__`
    Class,
    /// `__class__`, `__classdict__` and `__conditional_annotations__`
    All,
    /// The same; but a function in the comprehension has them from the class.
    AllButForFunctions,
}

/// The exception handler of a jump, and of its `NOT_TAKEN`, that stands for another jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeJumpHandler {
    /// That of an instruction which was removed from where the new one comes to stand, or none.
    OfSlot,
    /// None.
    None,
    /// That of the other jump.
    OfJump,
}

/// What the search for the distances of jumps starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistanceStart {
    /// Zero.
    Zero,
    /// The number of the label.
    Label,
    /// The index of the instruction jumped to.
    Target,
}

/// The behaviours of one edition. Code asks for a behaviour and never for a version.
#[derive(Debug)]
pub struct Rules {
    /// Numbers, caches and stack effects of the instructions.
    pub table: &'static Table,

    /// How sources are read.
    pub grammar: Grammar,

    /// `from .__future__ import annotations` is taken for an import from the future.
    pub relative_future_is_future: bool,

    // Syntax tree
    /// Constants are computed in the syntax tree, not in the instructions.
    pub fold_in_tree: bool,
    /// What the folding of `~True` in the tree warns of, if it does.
    pub inverted_bool_warning: Option<&'static str>,
    /// A real and a complex operand are combined without making the real one complex (C99).
    pub mixed_complex_arithmetic: bool,
    /// `return` and the like in `finally` are warned about (PEP 765).
    pub warn_of_jumps_in_finally: bool,
    /// With optimization 2 the statement of the docstring leaves the syntax tree.
    pub docstring_leaves_tree: bool,

    // Scopes
    /// Comprehensions other than generators are part of the unit around them (PEP 709).
    pub inlined_comprehensions: bool,
    /// Annotations are units of their own (PEP 649).
    pub annotation_scopes: bool,
    /// `await` outside async functions, `__debug__` as a target and late future imports are refused
    /// by the symbol table, not by code generation.
    pub checks_in_symbol_table: bool,
    /// What stands in a class may ask for the cell `__classdict__`, which came with type parameters.
    pub classes_provide_their_dictionary: bool,
    /// No type parameter may be called `__classdict__`.
    pub classdict_is_no_type_parameter: bool,
    /// A name that an inlined comprehension uses counts as used around it.
    pub inlined_uses_count: bool,
    /// In the block of a generic class's type parameters all private names are mangled, those of bases too. Code generation
    /// goes on with that behind the class: CPython's mistake.
    pub generic_class_mangles_all: bool,
    /// Messages tell the constraints of a type variable from its bound.
    pub constraints_are_named: bool,
    /// The `else` of a `try` is looked at before its handlers.
    pub else_before_handlers: bool,
    /// Lambdas and comprehensions in annotation scopes that see the names of a class.
    pub comprehensions_in_class_annotations: bool,
    /// Which names a comprehension that is inlined in a class may not reach through the class.
    pub class_names_in_comprehension: ClassNames,
    /// A name that the target of a comprehension uses, `i` in `for a[i] in b`, may not be bound by `:=` either.
    pub targets_use_as_they_bind: bool,
    /// `:=` looks for the variables of comprehensions by the name as it is written, not as a class makes it private.
    pub named_expressions_look_up_as_written: bool,
    /// An inlined comprehension in a class clears all its symbols, globals too.
    pub class_comprehension_clears_all: bool,

    /// In an inlined comprehension only its own variables mean something else than around it.
    pub comprehension_changes_locals_only: bool,

    // Code generation
    /// How a `with` statement enters.
    pub with_enter: WithEnter,
    /// How a `for` loop ends.
    pub for_exit: ForExit,
    /// Where a comprehension gets its iterator.
    pub comprehension_iterator: ComprehensionIterator,
    /// A `for` loop, and a comprehension's, stands at the place of the whole, not of its iterable.
    pub loop_at_statement: bool,
    /// The same for `with`.
    pub with_at_statement: bool,
    /// A failed `assert` raises at the place of the whole statement, not of its test.
    pub failed_assert_at_statement: bool,
    /// The function of a type parameter's bound stands at the parameter, not at the bound.
    pub bound_at_parameter: bool,
    /// A lambda returns at the start of its line, not at its body.
    pub lambda_returns_at_its_line: bool,
    /// An instruction without a place of its own stands at what was visited last, be it a part of something else.
    pub places_linger: bool,
    /// A jump forward that no source stands for: whether it looks at signals.
    pub jump_over: Op,
    /// Where the number of an ordering starts in the argument of `COMPARE_OP`; 0 where it is the whole argument.
    pub compare_shift: u32,
    /// The NULL that says that no method is called lies below the function, not above it.
    pub null_below_function: bool,
    /// A call finds the names of keywords on the stack (`CALL_KW`), not in a `KW_NAMES` before it.
    pub call_finds_names: bool,
    /// `MAKE_FUNCTION` takes all that a function is made of.
    pub functions_made_whole: bool,
    /// `PRECALL` before each `CALL`.
    pub calls_are_prepared: bool,
    /// A bit of `LOAD_ATTR` says whether a method is called; else that is `LOAD_METHOD`.
    pub attributes_may_be_methods: bool,
    /// `LOAD_SUPER_ATTR`
    pub super_attributes: bool,
    /// `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2` do what few programs need; else that has instructions of its own.
    pub intrinsics: bool,
    /// `and` and `or` test with `JUMP_IF_TRUE_OR_POP` and its like.
    pub jumps_may_pop: bool,
    /// `BINARY_SLICE` and `STORE_SLICE`
    pub slice_instructions: bool,
    /// A cell that a class may hide is looked up with `LOAD_FROM_DICT_OR_DEREF`, not with `LOAD_CLASSDEREF`.
    pub class_cells_by_dictionary: bool,
    /// An error thrown into an inner generator has a handler (`CLEANUP_THROW`, `END_SEND`).
    pub sends_are_guarded: bool,
    /// A generator turns `StopIteration` into `RuntimeError` by a handler around its body.
    pub stop_iteration_is_caught: bool,
    /// In a handler of `with`, what follows a suppressed exception comes last.
    pub with_suppresses_last: bool,
    /// `except*` makes its list first, and the copy of the group above it.
    pub group_is_copied_last: bool,
    /// The warning of `is` with a literal names its type.
    pub literal_type_is_named: bool,
    /// `FORMAT_VALUE`
    pub format_value: bool,
    /// An f-string without pieces is a `BUILD_STRING` of none.
    pub empty_string_is_built: bool,
    /// The body of a function starts with a label, and that of a generator counts as a nested block.
    pub function_body_is_a_block: bool,
    /// No return is added behind a return.
    pub returns_once: bool,
    /// A class stores its line as `__firstlineno__`.
    pub class_knows_its_line: bool,
    /// With optimization 2 a docstring is one more statement without effect.
    pub dropped_docstring_is_a_statement: bool,
    /// The test of a `while` is repeated at the end of its body.
    pub while_test_twice: bool,
    /// Function units have a docstring or None as their first constant, whether it is used or not.
    pub docstring_or_none_first: bool,
    /// A class stores the attributes that its methods assign to `self` as `__static_attributes__`.
    pub static_attributes: bool,
    /// A test converts its value with `TO_BOOL`.
    pub tests_convert_to_bool: bool,
    /// `and` and `or` test with a pseudo-instruction that keeps the value.
    pub tests_keep_value: bool,
    /// A subscript is a `BINARY_OP`.
    pub subscript_is_binary_op: bool,
    /// A slice of constants is one constant.
    pub constant_slices: bool,
    /// Messages tell `yield from` from `yield`.
    pub yield_from_is_named: bool,
    /// How many blocks a unit may nest.
    pub nested_blocks: usize,
    /// A comprehension in place that hides names counts among them.
    pub comprehensions_are_blocks: bool,
    /// The copy of a `finally` body for exceptions warns once more.
    pub warns_in_exceptional_finally: bool,
    /// What leaves such a copy warns again while it does.
    pub unwinding_warns_again: bool,
    /// How many values a loop, or an awaited iterator, keeps on the stack: from 3.15 on also a position in lists and tuples.
    pub iterator_slots: u32,
    /// `END_ASYNC_FOR` counts back to the `SEND` it belongs to, and a `NOT_TAKEN` follows the awaited value.
    pub end_async_for_names_send: bool,
    /// `AssertionError` is a `LOAD_COMMON_CONSTANT`.
    pub common_exceptions: bool,
    /// `BUILD_CONST_KEY_MAP`
    pub constant_key_maps: bool,
    /// A display of three constants or more is extended by a tuple of them, here and not in the graph.
    pub constant_displays_from_tuples: bool,
    /// `CALL_FUNCTION_EX` always finds keywords on the stack, or NULL.
    pub call_ex_always_takes_keywords: bool,
    /// Flags say that a function has a docstring, and that it is a method.
    pub flags_docstrings_and_methods: bool,
    /// `any`, `all` and `tuple` of a generator expression become a loop.
    pub calls_over_generators: bool,
    /// The same for asynchronous ones, where it cannot work.
    pub calls_over_async_generators: bool,
    /// And `list` and `set`.
    pub calls_of_list_and_set: bool,
    /// `yield from` has `GET_YIELD_FROM_ITER`; else it is a form of `GET_ITER`.
    pub yield_from_has_own_iterator: bool,
    /// Code generation writes what makes a unit a generator; else the graph does.
    pub generator_starts_in_code: bool,
    /// The annotations of a function that is no generic one are named after it.
    pub annotations_named_after_function: bool,
    /// The base that a generic class adds counts as one of its arguments.
    pub generic_base_is_argument: bool,
    /// Docstrings lose their indentation.
    pub docstrings_are_cleaned: bool,
    /// The subject of a `match` is popped at the place of the case's body.
    pub matched_subject_leaves_with_body: bool,
    /// Annotations of variables in the body of a `case` are known before.
    pub annotations_in_cases_count: bool,
    /// The jump behind the body of a `case` has a place.
    pub end_of_case_has_place: bool,
    /// The way out for a group that an `except*` does not match stands before the body of the handler.
    pub unmatched_groups_leave_first: bool,
    /// Annotations of positional-only parameters come before those of the others.
    pub annotations_in_order: bool,

    // Graph and assembler
    /// A block starts at every label, whether something jumps there or not.
    pub every_label_starts_a_block: bool,
    /// `YIELD_VALUE` counts the exception handlers around it.
    pub yield_counts_handlers: bool,
    /// `POP_BLOCK` stays in the graph until its end.
    pub pop_blocks_stay: bool,
    /// Where jumps go, the `NOP`s that are left stay, and the other way round.
    pub nops_and_jumps_go_apart: bool,
    /// What the search for the distances of jumps starts with.
    pub distances_start_at: DistanceStart,
    /// Code generation makes the blocks, and passes go through them from the newest to the oldest.
    pub code_generation_makes_blocks: bool,
    /// A jump to a jump without a line goes where that one goes.
    pub jumps_to_lineless_jumps_are_threaded: bool,
    /// Two stores of the same variable change places instead of their values.
    pub stores_of_one_variable_are_swapped: bool,
    /// Neighbours with the same location have one entry in the location table.
    pub same_locations_are_one_entry: bool,
    /// A jump from a cold block to the code that follows it in the source has no place.
    pub jumps_out_of_cold_have_no_place: bool,
    /// The value that the start of a generator drops has no place in the source.
    pub generator_start_has_no_place: bool,
    /// What a unit's stack holds at least.
    pub least_stack: u32,
    /// The stack of what yields holds what is sent to it, even if the `yield` is left out with an `assert`.
    pub stack_holds_what_is_sent: bool,
    /// The passes over the graph.
    pub passes: &'static [Pass],
    /// The passes that make finished code of it.
    pub finish: &'static [Pass],
    /// The depth of the stack counts what is there before each instruction, not behind it.
    pub depth_before_instructions: bool,
    /// The bit of `RESUME`'s argument that tells of a yield within one exception handler.
    pub resume_in_one_handler: u32,
    /// `RETURN_CONST`
    pub return_const: bool,
    /// Constants are computed in the graph.
    pub fold_in_graph: bool,
    /// `LOAD_SMALL_INT`
    pub small_ints: bool,
    /// `LOAD_COMMON_CONSTANT` of None, "", True, False and -1.
    pub common_constants: bool,
    /// A display of more than 30 constants that is iterated or searched becomes one constant.
    pub long_constant_displays: bool,
    /// `NOT_TAKEN` behind conditional jumps.
    pub not_taken: bool,
    /// Loads that borrow their reference.
    pub borrowed_loads: bool,
    /// The analysis of borrowed loads takes the number of a pushed value for that of its instruction.
    pub borrow_counts_pushed_values: bool,
    /// That analysis does not go on behind a block without instructions.
    pub borrow_stops_at_empty_blocks: bool,
    /// Which exception handler the jumps have that the graph makes.
    pub handler_of_made_jumps: MadeJumpHandler,
    /// Local variables say which kind of argument they are.
    pub argument_kinds: bool,
}
