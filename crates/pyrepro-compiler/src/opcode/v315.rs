//! The instructions of Python 3.15. Made by tables/generate.py: do not edit.

use super::Term::*;
use super::flag::*;
use super::{Table, instruction};

/// The instructions of Python 3.15.
pub static TABLE: Table = Table::new(
    3666,
    [
        instruction(256, 0, 0, (0, Nothing), (0, Nothing)), // ANNOTATIONS_PLACEHOLDER
        None,                                               // ASYNC_GEN_WRAP
        None,                                               // BEFORE_ASYNC_WITH
        None,                                               // BEFORE_WITH
        instruction(42, 5, ARG, (2, Nothing), (1, Nothing)), // BINARY_OP
        instruction(1, 0, 0, (3, Nothing), (1, Nothing)),   // BINARY_SLICE
        None,                                               // BINARY_SUBSCR
        None,                                               // BUILD_CONST_KEY_MAP
        instruction(43, 0, ARG, (2, LowBit), (1, Nothing)), // BUILD_INTERPOLATION
        instruction(44, 0, ARG, (0, Arg), (1, Nothing)),    // BUILD_LIST
        instruction(45, 0, ARG, (0, Twice), (1, Nothing)),  // BUILD_MAP
        instruction(46, 0, ARG, (0, Arg), (1, Nothing)),    // BUILD_SET
        instruction(47, 0, ARG, (0, Arg), (1, Nothing)),    // BUILD_SLICE
        instruction(48, 0, ARG, (0, Arg), (1, Nothing)),    // BUILD_STRING
        instruction(2, 0, 0, (2, Nothing), (1, Nothing)),   // BUILD_TEMPLATE
        instruction(49, 0, ARG, (0, Arg), (1, Nothing)),    // BUILD_TUPLE
        instruction(0, 0, 0, (0, Nothing), (0, Nothing)),   // CACHE
        instruction(50, 3, ARG | EVAL_BREAK, (2, Arg), (1, Nothing)), // CALL
        instruction(4, 1, EVAL_BREAK, (4, Nothing), (1, Nothing)), // CALL_FUNCTION_EX
        instruction(51, 0, ARG, (1, Nothing), (1, Nothing)), // CALL_INTRINSIC_1
        instruction(52, 0, ARG, (2, Nothing), (1, Nothing)), // CALL_INTRINSIC_2
        instruction(53, 3, ARG, (3, Arg), (1, Nothing)),    // CALL_KW
        instruction(5, 0, 0, (2, Nothing), (2, Nothing)),   // CHECK_EG_MATCH
        instruction(6, 0, 0, (2, Nothing), (2, Nothing)),   // CHECK_EXC_MATCH
        instruction(7, 0, 0, (4, Nothing), (3, Nothing)),   // CLEANUP_THROW
        instruction(54, 1, ARG, (2, Nothing), (1, Nothing)), // COMPARE_OP
        instruction(55, 1, ARG, (2, Nothing), (1, Nothing)), // CONTAINS_OP
        instruction(56, 0, ARG, (1, Nothing), (1, Nothing)), // CONVERT_VALUE
        instruction(57, 0, ARG, (0, Arg), (1, Arg)),        // COPY
        instruction(58, 0, ARG, (0, Nothing), (0, Nothing)), // COPY_FREE_VARS
        instruction(59, 0, ARG | NAME, (1, Nothing), (0, Nothing)), // DELETE_ATTR
        instruction(60, 0, ARG | FREE, (0, Nothing), (0, Nothing)), // DELETE_DEREF
        instruction(61, 0, ARG | LOCAL, (0, Nothing), (0, Nothing)), // DELETE_FAST
        instruction(62, 0, ARG | NAME, (0, Nothing), (0, Nothing)), // DELETE_GLOBAL
        instruction(63, 0, ARG | NAME, (0, Nothing), (0, Nothing)), // DELETE_NAME
        instruction(8, 0, 0, (2, Nothing), (0, Nothing)),   // DELETE_SUBSCR
        instruction(64, 0, ARG, (4, Arg), (3, Arg)),        // DICT_MERGE
        instruction(65, 0, ARG, (1, Arg), (0, Arg)),        // DICT_UPDATE
        instruction(66, 0, ARG | JUMP, (2, Nothing), (0, Nothing)), // END_ASYNC_FOR
        instruction(9, 0, 0, (1, Nothing), (0, Nothing)),   // END_FOR
        instruction(10, 0, 0, (3, Nothing), (1, Nothing)),  // END_SEND
        instruction(67, 0, ARG, (0, Nothing), (0, Nothing)), // EXTENDED_ARG
        instruction(12, 0, 0, (1, Nothing), (1, Nothing)),  // FORMAT_SIMPLE
        None,                                               // FORMAT_VALUE
        instruction(13, 0, 0, (2, Nothing), (1, Nothing)),  // FORMAT_WITH_SPEC
        instruction(68, 1, ARG | JUMP, (2, Nothing), (3, Nothing)), // FOR_ITER
        instruction(14, 0, 0, (1, Nothing), (1, Nothing)),  // GET_AITER
        instruction(15, 0, 0, (1, Nothing), (2, Nothing)),  // GET_ANEXT
        instruction(69, 0, ARG, (1, Nothing), (1, Nothing)), // GET_AWAITABLE
        instruction(70, 1, ARG, (1, Nothing), (2, Nothing)), // GET_ITER
        instruction(16, 0, 0, (1, Nothing), (2, Nothing)),  // GET_LEN
        None,                                               // GET_YIELD_FROM_ITER
        instruction(71, 0, ARG | NAME, (1, Nothing), (2, Nothing)), // IMPORT_FROM
        instruction(72, 0, ARG | NAME, (2, Nothing), (1, Nothing)), // IMPORT_NAME
        None,                                               // IMPORT_STAR
        instruction(73, 0, ARG, (2, Nothing), (1, Nothing)), // IS_OP
        instruction(257, 0, ARG | JUMP | EVAL_BREAK, (0, Nothing), (0, Nothing)), // JUMP
        instruction(74, 1, ARG | JUMP | EVAL_BREAK, (0, Nothing), (0, Nothing)), // JUMP_BACKWARD
        instruction(75, 0, ARG | JUMP, (0, Nothing), (0, Nothing)), // JUMP_BACKWARD_NO_INTERRUPT
        instruction(76, 0, ARG | JUMP, (0, Nothing), (0, Nothing)), // JUMP_FORWARD
        instruction(258, 0, ARG | JUMP, (1, Nothing), (1, Nothing)), // JUMP_IF_FALSE
        None,                                               // JUMP_IF_FALSE_OR_POP
        instruction(259, 0, ARG | JUMP, (1, Nothing), (1, Nothing)), // JUMP_IF_TRUE
        None,                                               // JUMP_IF_TRUE_OR_POP
        instruction(260, 0, ARG | JUMP, (0, Nothing), (0, Nothing)), // JUMP_NO_INTERRUPT
        None,                                               // KW_NAMES
        instruction(77, 0, ARG, (1, Arg), (0, Arg)),        // LIST_APPEND
        instruction(78, 0, ARG, (1, Arg), (0, Arg)),        // LIST_EXTEND
        None,                                               // LIST_TO_TUPLE
        None,                                               // LOAD_ASSERTION_ERROR
        instruction(79, 9, ARG | NAME, (1, Nothing), (1, LowBit)), // LOAD_ATTR
        instruction(19, 0, 0, (0, Nothing), (1, Nothing)),  // LOAD_BUILD_CLASS
        None,                                               // LOAD_CLASSDEREF
        instruction(261, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_CLOSURE
        instruction(80, 0, ARG, (0, Nothing), (1, Nothing)), // LOAD_COMMON_CONSTANT
        instruction(81, 0, ARG | CONST, (0, Nothing), (1, Nothing)), // LOAD_CONST
        instruction(82, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_DEREF
        instruction(83, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST
        instruction(84, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_AND_CLEAR
        instruction(85, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_BORROW
        instruction(86, 0, ARG | LOCAL, (0, Nothing), (2, Nothing)), // LOAD_FAST_BORROW_LOAD_FAST_BORROW
        instruction(87, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_CHECK
        instruction(88, 0, ARG | LOCAL, (0, Nothing), (2, Nothing)), // LOAD_FAST_LOAD_FAST
        instruction(89, 0, ARG | FREE, (1, Nothing), (1, Nothing)), // LOAD_FROM_DICT_OR_DEREF
        instruction(90, 0, ARG | NAME, (1, Nothing), (1, Nothing)), // LOAD_FROM_DICT_OR_GLOBALS
        instruction(91, 4, ARG | NAME, (0, Nothing), (1, LowBit)), // LOAD_GLOBAL
        instruction(20, 0, 0, (0, Nothing), (1, Nothing)),  // LOAD_LOCALS
        None,                                               // LOAD_METHOD
        instruction(92, 0, ARG | NAME, (0, Nothing), (1, Nothing)), // LOAD_NAME
        instruction(93, 0, ARG, (0, Nothing), (1, Nothing)), // LOAD_SMALL_INT
        instruction(94, 0, ARG, (1, Nothing), (2, Nothing)), // LOAD_SPECIAL
        instruction(95, 1, ARG | NAME, (3, Nothing), (1, LowBit)), // LOAD_SUPER_ATTR
        instruction(96, 0, ARG | FREE, (0, Nothing), (0, Nothing)), // MAKE_CELL
        instruction(21, 0, 0, (1, Nothing), (1, Nothing)),  // MAKE_FUNCTION
        instruction(97, 0, ARG, (2, Arg), (0, Arg)),        // MAP_ADD
        instruction(98, 0, ARG, (3, Nothing), (1, Nothing)), // MATCH_CLASS
        instruction(22, 0, 0, (2, Nothing), (3, Nothing)),  // MATCH_KEYS
        instruction(23, 0, 0, (1, Nothing), (2, Nothing)),  // MATCH_MAPPING
        instruction(24, 0, 0, (1, Nothing), (2, Nothing)),  // MATCH_SEQUENCE
        instruction(25, 0, 0, (0, Nothing), (0, Nothing)),  // NOP
        instruction(26, 0, 0, (0, Nothing), (0, Nothing)),  // NOT_TAKEN
        instruction(262, 0, 0, (0, Nothing), (0, Nothing)), // POP_BLOCK
        instruction(27, 0, 0, (1, Nothing), (0, Nothing)),  // POP_EXCEPT
        instruction(28, 0, 0, (2, Nothing), (0, Nothing)),  // POP_ITER
        None,                                               // POP_JUMP_BACKWARD_IF_FALSE
        None,                                               // POP_JUMP_BACKWARD_IF_NONE
        None,                                               // POP_JUMP_BACKWARD_IF_NOT_NONE
        None,                                               // POP_JUMP_BACKWARD_IF_TRUE
        None,                                               // POP_JUMP_FORWARD_IF_FALSE
        None,                                               // POP_JUMP_FORWARD_IF_NONE
        None,                                               // POP_JUMP_FORWARD_IF_NOT_NONE
        None,                                               // POP_JUMP_FORWARD_IF_TRUE
        instruction(99, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_FALSE
        instruction(100, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_NONE
        instruction(101, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_NOT_NONE
        instruction(102, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_TRUE
        instruction(29, 0, 0, (1, Nothing), (0, Nothing)),  // POP_TOP
        None,                                               // PRECALL
        None,                                               // PREP_RERAISE_STAR
        None,                                               // PRINT_EXPR
        instruction(30, 0, 0, (1, Nothing), (2, Nothing)),  // PUSH_EXC_INFO
        instruction(31, 0, 0, (0, Nothing), (1, Nothing)),  // PUSH_NULL
        instruction(103, 0, ARG, (0, Arg), (0, Nothing)),   // RAISE_VARARGS
        instruction(104, 0, ARG, (1, Arg), (0, Arg)),       // RERAISE
        instruction(128, 1, ARG | EVAL_BREAK, (0, Nothing), (0, Nothing)), // RESUME
        None,                                               // RETURN_CONST
        instruction(32, 0, 0, (0, Nothing), (1, Nothing)),  // RETURN_GENERATOR
        instruction(33, 0, 0, (1, Nothing), (1, Nothing)),  // RETURN_VALUE
        instruction(105, 1, ARG | JUMP, (3, Nothing), (3, Nothing)), // SEND
        instruction(34, 0, 0, (0, Nothing), (0, Nothing)),  // SETUP_ANNOTATIONS
        instruction(263, 0, ARG, (0, Nothing), (2, Nothing)), // SETUP_CLEANUP
        instruction(264, 0, ARG, (0, Nothing), (1, Nothing)), // SETUP_FINALLY
        instruction(265, 0, ARG, (0, Nothing), (1, Nothing)), // SETUP_WITH
        instruction(106, 0, ARG, (1, Arg), (0, Arg)),       // SET_ADD
        instruction(107, 0, ARG, (2, Nothing), (1, Nothing)), // SET_FUNCTION_ATTRIBUTE
        instruction(108, 0, ARG, (1, Arg), (0, Arg)),       // SET_UPDATE
        instruction(109, 4, ARG | NAME, (2, Nothing), (0, Nothing)), // STORE_ATTR
        instruction(110, 0, ARG | FREE, (1, Nothing), (0, Nothing)), // STORE_DEREF
        instruction(111, 0, ARG | LOCAL, (1, Nothing), (0, Nothing)), // STORE_FAST
        instruction(112, 0, ARG | LOCAL, (1, Nothing), (1, Nothing)), // STORE_FAST_LOAD_FAST
        instruction(266, 0, ARG | LOCAL, (1, Nothing), (0, Nothing)), // STORE_FAST_MAYBE_NULL
        instruction(113, 0, ARG | LOCAL, (2, Nothing), (0, Nothing)), // STORE_FAST_STORE_FAST
        instruction(114, 0, ARG | NAME, (1, Nothing), (0, Nothing)), // STORE_GLOBAL
        instruction(115, 0, ARG | NAME, (1, Nothing), (0, Nothing)), // STORE_NAME
        instruction(35, 0, 0, (4, Nothing), (0, Nothing)),  // STORE_SLICE
        instruction(36, 1, 0, (3, Nothing), (0, Nothing)),  // STORE_SUBSCR
        instruction(116, 0, ARG, (0, Arg), (0, Arg)),       // SWAP
        instruction(37, 3, 0, (1, Nothing), (1, Nothing)),  // TO_BOOL
        instruction(38, 0, 0, (1, Nothing), (1, Nothing)),  // UNARY_INVERT
        instruction(39, 0, 0, (1, Nothing), (1, Nothing)),  // UNARY_NEGATIVE
        instruction(40, 0, 0, (1, Nothing), (1, Nothing)),  // UNARY_NOT
        None,                                               // UNARY_POSITIVE
        instruction(117, 0, ARG, (1, Nothing), (1, Unpacked)), // UNPACK_EX
        instruction(118, 1, ARG, (1, Nothing), (0, Arg)),   // UNPACK_SEQUENCE
        instruction(41, 0, 0, (5, Nothing), (6, Nothing)),  // WITH_EXCEPT_START
        instruction(119, 0, ARG, (1, Nothing), (1, Nothing)), // YIELD_VALUE
    ],
);
