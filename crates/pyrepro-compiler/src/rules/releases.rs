//! One constant for every edition. Most say how they differ from another one.

use super::passes::{FINISH_3_11, FINISH_3_12, FINISH_3_13, FINISH_3_14, PASSES, PASSES_3_11, PASSES_3_12};
use super::{
    ClassNames, ComprehensionIterator, DistanceStart, EscapeWarning, ForExit, Grammar, MadeJumpHandler,
    Rules, UnicodeVersion, WithEnter,
};
use crate::opcode::{self, Op};

/// 3.11.1 to 3.11.3
pub static PYTHON_3_11_1: Rules = Rules {
    stores_of_one_variable_are_swapped: true,
    annotations_in_cases_count: false,
    end_of_case_has_place: true,
    unmatched_groups_leave_first: true,
    ..BASE_3_11
};

/// 3.11.4 and later
pub static PYTHON_3_11: Rules = BASE_3_11;

const BASE_3_11: Rules = Rules {
    grammar: Grammar {
        unicode: UnicodeVersion::V14,
        escape_warning: EscapeWarning::Deprecation,
        fstring_tokens: false,
        type_parameters: false,
        ..BASE_3_12.grammar
    },
    table: &opcode::PYTHON_3_11,
    inverted_bool_warning: None,
    inlined_comprehensions: false,
    returns_once: true,
    stack_holds_what_is_sent: true,
    yield_counts_handlers: false,
    return_const: false,
    distances_start_at: DistanceStart::Zero,
    code_generation_makes_blocks: true,
    jumps_to_lineless_jumps_are_threaded: false,
    same_locations_are_one_entry: false,
    passes: &PASSES_3_11,
    finish: &FINISH_3_11,
    targets_use_as_they_bind: true,
    classes_provide_their_dictionary: false,
    named_expressions_look_up_as_written: true,
    for_exit: ForExit::Nothing,
    loop_at_statement: true,
    with_at_statement: true,
    failed_assert_at_statement: true,
    lambda_returns_at_its_line: true,
    function_body_is_a_block: false,
    yield_from_is_named: false,
    nested_blocks: 20,
    places_linger: true,
    calls_are_prepared: true,
    attributes_may_be_methods: false,
    super_attributes: false,
    intrinsics: false,
    jumps_may_pop: true,
    slice_instructions: false,
    class_cells_by_dictionary: false,
    sends_are_guarded: false,
    stop_iteration_is_caught: false,
    with_suppresses_last: true,
    group_is_copied_last: false,
    literal_type_is_named: false,
    compare_shift: 0,
    ..BASE_3_12
};

/// 3.12.0 and 3.12.1
pub static PYTHON_3_12_0: Rules = Rules {
    grammar: Grammar {
        empty_end_of_format_spec: true,
        format_spec_goes_on: true,
        deepest_debug_field: 0,
        ..BASE_3_12.grammar
    },
    named_expressions_look_up_as_written: true,
    class_names_in_comprehension: ClassNames::None,
    generic_class_mangles_all: true,
    yield_from_is_named: false,
    nested_blocks: 20,
    inverted_bool_warning: Some(
        "Bitwise inversion '~' on bool is deprecated. This returns the bitwise inversion of the underlying int object \
         and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or \
         ~int(x) if you really want the bitwise inversion of the underlying int.",
    ),
    function_body_is_a_block: false,
    loop_at_statement: true,
    with_at_statement: true,
    failed_assert_at_statement: true,
    lambda_returns_at_its_line: true,
    comprehension_changes_locals_only: true,
    ..BASE_3_12
};

/// 3.12.7 and later
pub static PYTHON_3_12: Rules = Rules { class_names_in_comprehension: ClassNames::All, ..BASE_3_12 };

const BASE_3_12: Rules = Rules {
    grammar: Grammar { unicode: UnicodeVersion::V15, type_parameter_defaults: false, ..BASE_3_13.grammar },
    relative_future_is_future: true,
    table: &opcode::PYTHON_3_12,
    for_exit: ForExit::EndFor,
    static_attributes: false,
    tests_convert_to_bool: false,
    comprehensions_in_class_annotations: false,
    constraints_are_named: false,
    else_before_handlers: true,
    docstrings_are_cleaned: false,
    jump_over: Op::Jump,
    compare_shift: 4,
    null_below_function: true,
    call_finds_names: false,
    functions_made_whole: true,
    format_value: true,
    empty_string_is_built: true,
    class_knows_its_line: false,
    dropped_docstring_is_a_statement: true,
    every_label_starts_a_block: true,
    yield_counts_handlers: true,
    pop_blocks_stay: true,
    nops_and_jumps_go_apart: true,
    distances_start_at: DistanceStart::Label,
    jumps_out_of_cold_have_no_place: true,
    generator_start_has_no_place: true,
    bound_at_parameter: true,
    least_stack: 0,
    passes: &PASSES_3_12,
    finish: &FINISH_3_12,
    resume_in_one_handler: 0,
    ..BASE_3_13
};

/// 3.13.0
pub static PYTHON_3_13_0: Rules = BASE_3_13;

/// 3.13.1 and 3.13.2
pub static PYTHON_3_13_1: Rules = MENDED_3_13;

/// 3.13.3
pub static PYTHON_3_13_3: Rules =
    Rules { grammar: Grammar { flufl_in_files: true, ..MENDED_3_13.grammar }, ..MENDED_3_13 };

/// 3.13.5
pub static PYTHON_3_13_5: Rules = Rules {
    grammar: Grammar { constants_are_no_names: true, newline_in_format_spec: false, ..PYTHON_3_13_3.grammar },
    ..PYTHON_3_13_3
};

/// 3.13.6 to 3.13.12
pub static PYTHON_3_13_6: Rules = Rules {
    grammar: Grammar { debug_text_knows_strings: true, raw_format_spec: true, ..PYTHON_3_13_5.grammar },
    ..PYTHON_3_13_5
};

/// 3.13.13 to 3.13.15
pub static PYTHON_3_13_13: Rules = Rules {
    grammar: Grammar {
        debug_text_knows_escapes: true,
        lower_case_derived_names: true,
        nested_debug_text_is_the_first: false,
        ..PYTHON_3_13_6.grammar
    },
    ..PYTHON_3_13_6
};

/// 3.13.16 and later
pub static PYTHON_3_13: Rules = Rules { comprehensions_are_blocks: true, ..PYTHON_3_13_13 };

const MENDED_3_13: Rules = Rules {
    grammar: Grammar { escape_warning_at_backslash: true, ..BASE_3_13.grammar },
    comprehension_iterator: ComprehensionIterator::Twice,
    class_names_in_comprehension: ClassNames::All,
    warns_in_exceptional_finally: false,
    classdict_is_no_type_parameter: true,
    ..BASE_3_13
};

const BASE_3_13: Rules = Rules {
    grammar: Grammar {
        unicode: UnicodeVersion::V15_1,
        escape_warning: EscapeWarning::Syntax,
        escape_warning_at_backslash: false,
        fstring_tokens: true,
        template_strings: false,
        debug_text_knows_escapes: false,
        debug_text_knows_strings: false,
        template_text_keeps_blanks: false,
        lower_case_derived_names: false,
        constants_are_no_names: false,
        raw_format_spec: false,
        newline_in_format_spec: true,
        empty_end_of_format_spec: false,
        format_spec_goes_on: false,
        deepest_debug_field: 1,
        nested_debug_text_is_the_first: true,
        flufl_in_files: false,
        type_parameters: true,
        type_parameter_defaults: true,
        except_without_parentheses: false,
        positive_literal_patterns: false,
        tells_of_misplaced_rest: false,
        lazy_imports: false,
        unpacking_comprehensions: false,
        parameter_word: "argument",
    },
    table: &opcode::PYTHON_3_13,
    relative_future_is_future: false,
    fold_in_tree: true,
    inverted_bool_warning: Some(
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
         inversion of the underlying int object and is usually not what you expect from negating a bool. Use the \
         'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying \
         int.",
    ),
    mixed_complex_arithmetic: false,
    warn_of_jumps_in_finally: false,
    docstring_leaves_tree: false,
    inlined_comprehensions: true,
    annotation_scopes: false,
    checks_in_symbol_table: false,
    classdict_is_no_type_parameter: false,
    inlined_uses_count: false,
    generic_class_mangles_all: false,
    constraints_are_named: true,
    else_before_handlers: false,
    comprehensions_in_class_annotations: true,
    class_names_in_comprehension: ClassNames::Class,
    targets_use_as_they_bind: false,
    named_expressions_look_up_as_written: false,
    classes_provide_their_dictionary: true,
    class_comprehension_clears_all: true,
    comprehension_changes_locals_only: false,
    with_enter: WithEnter::Before,
    for_exit: ForExit::PopTop,
    comprehension_iterator: ComprehensionIterator::Around,
    loop_at_statement: false,
    with_at_statement: false,
    failed_assert_at_statement: false,
    bound_at_parameter: false,
    lambda_returns_at_its_line: false,
    places_linger: false,
    jump_over: Op::JumpNoInterrupt,
    compare_shift: 5,
    null_below_function: false,
    call_finds_names: true,
    functions_made_whole: false,
    calls_are_prepared: false,
    attributes_may_be_methods: true,
    super_attributes: true,
    intrinsics: true,
    jumps_may_pop: false,
    slice_instructions: true,
    class_cells_by_dictionary: true,
    sends_are_guarded: true,
    stop_iteration_is_caught: true,
    with_suppresses_last: false,
    group_is_copied_last: true,
    literal_type_is_named: true,
    format_value: false,
    empty_string_is_built: false,
    function_body_is_a_block: true,
    returns_once: false,
    class_knows_its_line: true,
    dropped_docstring_is_a_statement: false,
    while_test_twice: true,
    docstring_or_none_first: true,
    static_attributes: true,
    tests_convert_to_bool: true,
    tests_keep_value: false,
    subscript_is_binary_op: false,
    constant_slices: false,
    yield_from_is_named: true,
    nested_blocks: 21,
    comprehensions_are_blocks: false,
    warns_in_exceptional_finally: true,
    unwinding_warns_again: false,
    iterator_slots: 1,
    end_async_for_names_send: false,
    common_exceptions: false,
    constant_key_maps: true,
    constant_displays_from_tuples: true,
    call_ex_always_takes_keywords: false,
    flags_docstrings_and_methods: false,
    calls_over_generators: false,
    calls_over_async_generators: false,
    calls_of_list_and_set: false,
    yield_from_has_own_iterator: true,
    generator_starts_in_code: false,
    annotations_named_after_function: false,
    generic_base_is_argument: true,
    docstrings_are_cleaned: true,
    matched_subject_leaves_with_body: false,
    annotations_in_cases_count: true,
    end_of_case_has_place: false,
    unmatched_groups_leave_first: false,
    annotations_in_order: false,
    every_label_starts_a_block: false,
    yield_counts_handlers: false,
    pop_blocks_stay: false,
    nops_and_jumps_go_apart: false,
    distances_start_at: DistanceStart::Target,
    code_generation_makes_blocks: false,
    jumps_to_lineless_jumps_are_threaded: true,
    stores_of_one_variable_are_swapped: false,
    same_locations_are_one_entry: true,
    jumps_out_of_cold_have_no_place: false,
    generator_start_has_no_place: false,
    least_stack: 1,
    stack_holds_what_is_sent: false,
    passes: &PASSES,
    finish: &FINISH_3_13,
    depth_before_instructions: false,
    resume_in_one_handler: 4,
    return_const: true,
    fold_in_graph: false,
    small_ints: false,
    common_constants: false,
    long_constant_displays: false,
    not_taken: false,
    borrowed_loads: false,
    borrow_counts_pushed_values: false,
    borrow_stops_at_empty_blocks: false,
    handler_of_made_jumps: MadeJumpHandler::OfSlot,
    argument_kinds: false,
};

/// 3.14.0 to 3.14.3
pub static PYTHON_3_14_0: Rules = BASE_3_14;

/// 3.14.4
pub static PYTHON_3_14_4: Rules =
    Rules { grammar: Grammar { lower_case_derived_names: true, ..BASE_3_14.grammar }, ..BASE_3_14 };

/// 3.14.5 to 3.14.7
pub static PYTHON_3_14_5: Rules = Rules { calls_over_async_generators: false, ..PYTHON_3_14_4 };

/// 3.14.8 and later
pub static PYTHON_3_14: Rules = Rules {
    grammar: Grammar {
        debug_text_knows_escapes: true,
        template_text_keeps_blanks: true,
        nested_debug_text_is_the_first: false,
        ..PYTHON_3_14_5.grammar
    },
    long_constant_displays: true,
    comprehensions_are_blocks: true,
    ..PYTHON_3_14_5
};

const BASE_3_14: Rules = Rules {
    grammar: Grammar {
        unicode: UnicodeVersion::V16,
        escape_warning: EscapeWarning::SyntaxWithAdvice,
        escape_warning_at_backslash: true,
        template_strings: true,
        debug_text_knows_strings: true,
        constants_are_no_names: true,
        raw_format_spec: true,
        newline_in_format_spec: false,
        flufl_in_files: true,
        except_without_parentheses: true,
        ..BASE_3_13.grammar
    },
    table: &opcode::PYTHON_3_14,
    fold_in_tree: false,
    mixed_complex_arithmetic: true,
    warn_of_jumps_in_finally: true,
    docstring_leaves_tree: true,
    annotation_scopes: true,
    checks_in_symbol_table: true,
    inlined_uses_count: true,
    classdict_is_no_type_parameter: true,
    class_names_in_comprehension: ClassNames::AllButForFunctions,
    class_comprehension_clears_all: false,
    with_enter: WithEnter::LoadSpecial,
    for_exit: ForExit::PopIter,
    comprehension_iterator: ComprehensionIterator::Around,
    while_test_twice: false,
    docstring_or_none_first: false,
    tests_keep_value: true,
    subscript_is_binary_op: true,
    constant_slices: true,
    warns_in_exceptional_finally: false,
    unwinding_warns_again: true,
    end_async_for_names_send: true,
    common_exceptions: true,
    constant_key_maps: false,
    constant_displays_from_tuples: false,
    call_ex_always_takes_keywords: true,
    flags_docstrings_and_methods: true,
    calls_over_generators: true,
    calls_over_async_generators: true,
    generic_base_is_argument: false,
    matched_subject_leaves_with_body: true,
    finish: &FINISH_3_14,
    depth_before_instructions: true,
    return_const: false,
    fold_in_graph: true,
    small_ints: true,
    not_taken: true,
    borrowed_loads: true,
    borrow_counts_pushed_values: true,
    borrow_stops_at_empty_blocks: true,
    argument_kinds: true,
    ..BASE_3_13
};

/// 3.15.0
pub static PYTHON_3_15_0: Rules = BASE_3_15;

/// 3.15.1 and later
pub static PYTHON_3_15: Rules =
    Rules { handler_of_made_jumps: MadeJumpHandler::OfJump, comprehensions_are_blocks: true, ..BASE_3_15 };

const BASE_3_15: Rules = Rules {
    grammar: Grammar {
        unicode: UnicodeVersion::V17,
        debug_text_knows_escapes: true,
        template_text_keeps_blanks: true,
        lower_case_derived_names: true,
        nested_debug_text_is_the_first: false,
        positive_literal_patterns: true,
        tells_of_misplaced_rest: true,
        lazy_imports: true,
        unpacking_comprehensions: true,
        parameter_word: "parameter",
        ..BASE_3_14.grammar
    },
    table: &opcode::PYTHON_3_15,
    common_constants: true,
    long_constant_displays: true,
    comprehension_iterator: ComprehensionIterator::Inside,
    iterator_slots: 2,
    calls_of_list_and_set: true,
    yield_from_has_own_iterator: false,
    generator_starts_in_code: true,
    annotations_named_after_function: true,
    calls_over_async_generators: false,
    annotations_in_order: true,
    borrow_counts_pushed_values: false,
    borrow_stops_at_empty_blocks: false,
    handler_of_made_jumps: MadeJumpHandler::None,
    resume_in_one_handler: 8,
    ..BASE_3_14
};
