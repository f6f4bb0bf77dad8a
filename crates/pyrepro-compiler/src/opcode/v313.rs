//! The instructions of Python 3.13. Made by tables/generate.py: do not edit.

use super::Term::*;
use super::flag::*;
use super::{Table, instruction};

/// The instructions of Python 3.13.
pub static TABLE: Table = Table::new(
    3571,
    [
        None,                                                                     // ANNOTATIONS_PLACEHOLDER
        None,                                                                     // ASYNC_GEN_WRAP
        instruction(1, 0, 0, (1, Nothing), (2, Nothing)),                         // BEFORE_ASYNC_WITH
        instruction(2, 0, 0, (1, Nothing), (2, Nothing)),                         // BEFORE_WITH
        instruction(45, 1, ARG, (2, Nothing), (1, Nothing)),                      // BINARY_OP
        instruction(4, 0, 0, (3, Nothing), (1, Nothing)),                         // BINARY_SLICE
        instruction(5, 1, 0, (2, Nothing), (1, Nothing)),                         // BINARY_SUBSCR
        instruction(46, 0, ARG, (1, Arg), (1, Nothing)),                          // BUILD_CONST_KEY_MAP
        None,                                                                     // BUILD_INTERPOLATION
        instruction(47, 0, ARG, (0, Arg), (1, Nothing)),                          // BUILD_LIST
        instruction(48, 0, ARG, (0, Twice), (1, Nothing)),                        // BUILD_MAP
        instruction(49, 0, ARG, (0, Arg), (1, Nothing)),                          // BUILD_SET
        instruction(50, 0, ARG, (2, IsThree), (1, Nothing)),                      // BUILD_SLICE
        instruction(51, 0, ARG, (0, Arg), (1, Nothing)),                          // BUILD_STRING
        None,                                                                     // BUILD_TEMPLATE
        instruction(52, 0, ARG, (0, Arg), (1, Nothing)),                          // BUILD_TUPLE
        instruction(0, 0, 0, (0, Nothing), (0, Nothing)),                         // CACHE
        instruction(53, 3, ARG | EVAL_BREAK, (2, Arg), (1, Nothing)),             // CALL
        instruction(54, 0, ARG | EVAL_BREAK, (3, LowBit), (1, Nothing)),          // CALL_FUNCTION_EX
        instruction(55, 0, ARG, (1, Nothing), (1, Nothing)),                      // CALL_INTRINSIC_1
        instruction(56, 0, ARG, (2, Nothing), (1, Nothing)),                      // CALL_INTRINSIC_2
        instruction(57, 0, ARG | EVAL_BREAK, (3, Arg), (1, Nothing)),             // CALL_KW
        instruction(6, 0, 0, (2, Nothing), (2, Nothing)),                         // CHECK_EG_MATCH
        instruction(7, 0, 0, (2, Nothing), (2, Nothing)),                         // CHECK_EXC_MATCH
        instruction(8, 0, 0, (3, Nothing), (2, Nothing)),                         // CLEANUP_THROW
        instruction(58, 1, ARG, (2, Nothing), (1, Nothing)),                      // COMPARE_OP
        instruction(59, 1, ARG, (2, Nothing), (1, Nothing)),                      // CONTAINS_OP
        instruction(60, 0, ARG, (1, Nothing), (1, Nothing)),                      // CONVERT_VALUE
        instruction(61, 0, ARG, (0, Arg), (1, Arg)),                              // COPY
        instruction(62, 0, ARG, (0, Nothing), (0, Nothing)),                      // COPY_FREE_VARS
        instruction(63, 0, ARG | NAME, (1, Nothing), (0, Nothing)),               // DELETE_ATTR
        instruction(64, 0, ARG | FREE, (0, Nothing), (0, Nothing)),               // DELETE_DEREF
        instruction(65, 0, ARG | LOCAL, (0, Nothing), (0, Nothing)),              // DELETE_FAST
        instruction(66, 0, ARG | NAME, (0, Nothing), (0, Nothing)),               // DELETE_GLOBAL
        instruction(67, 0, ARG | NAME, (0, Nothing), (0, Nothing)),               // DELETE_NAME
        instruction(9, 0, 0, (2, Nothing), (0, Nothing)),                         // DELETE_SUBSCR
        instruction(68, 0, ARG, (4, Arg), (3, Arg)),                              // DICT_MERGE
        instruction(69, 0, ARG, (1, Arg), (0, Arg)),                              // DICT_UPDATE
        instruction(10, 0, 0, (2, Nothing), (0, Nothing)),                        // END_ASYNC_FOR
        instruction(11, 0, 0, (1, Nothing), (0, Nothing)),                        // END_FOR
        instruction(12, 0, 0, (2, Nothing), (1, Nothing)),                        // END_SEND
        instruction(71, 0, ARG, (0, Nothing), (0, Nothing)),                      // EXTENDED_ARG
        instruction(14, 0, 0, (1, Nothing), (1, Nothing)),                        // FORMAT_SIMPLE
        None,                                                                     // FORMAT_VALUE
        instruction(15, 0, 0, (2, Nothing), (1, Nothing)),                        // FORMAT_WITH_SPEC
        instruction(72, 1, ARG | JUMP, (1, Nothing), (2, Nothing)),               // FOR_ITER
        instruction(16, 0, 0, (1, Nothing), (1, Nothing)),                        // GET_AITER
        instruction(18, 0, 0, (1, Nothing), (2, Nothing)),                        // GET_ANEXT
        instruction(73, 0, ARG, (1, Nothing), (1, Nothing)),                      // GET_AWAITABLE
        instruction(19, 0, 0, (1, Nothing), (1, Nothing)),                        // GET_ITER
        instruction(20, 0, 0, (1, Nothing), (2, Nothing)),                        // GET_LEN
        instruction(21, 0, 0, (1, Nothing), (1, Nothing)),                        // GET_YIELD_FROM_ITER
        instruction(74, 0, ARG | NAME, (1, Nothing), (2, Nothing)),               // IMPORT_FROM
        instruction(75, 0, ARG | NAME, (2, Nothing), (1, Nothing)),               // IMPORT_NAME
        None,                                                                     // IMPORT_STAR
        instruction(76, 0, ARG, (2, Nothing), (1, Nothing)),                      // IS_OP
        instruction(256, 0, ARG | JUMP | EVAL_BREAK, (0, Nothing), (0, Nothing)), // JUMP
        instruction(77, 1, ARG | JUMP | EVAL_BREAK, (0, Nothing), (0, Nothing)),  // JUMP_BACKWARD
        instruction(78, 0, ARG | JUMP, (0, Nothing), (0, Nothing)), // JUMP_BACKWARD_NO_INTERRUPT
        instruction(79, 0, ARG | JUMP, (0, Nothing), (0, Nothing)), // JUMP_FORWARD
        None,                                                       // JUMP_IF_FALSE
        None,                                                       // JUMP_IF_FALSE_OR_POP
        None,                                                       // JUMP_IF_TRUE
        None,                                                       // JUMP_IF_TRUE_OR_POP
        instruction(257, 0, ARG | JUMP, (0, Nothing), (0, Nothing)), // JUMP_NO_INTERRUPT
        None,                                                       // KW_NAMES
        instruction(80, 0, ARG, (1, Arg), (0, Arg)),                // LIST_APPEND
        instruction(81, 0, ARG, (1, Arg), (0, Arg)),                // LIST_EXTEND
        None,                                                       // LIST_TO_TUPLE
        instruction(23, 0, 0, (0, Nothing), (1, Nothing)),          // LOAD_ASSERTION_ERROR
        instruction(82, 9, ARG | NAME, (1, Nothing), (1, LowBit)),  // LOAD_ATTR
        instruction(24, 0, 0, (0, Nothing), (1, Nothing)),          // LOAD_BUILD_CLASS
        None,                                                       // LOAD_CLASSDEREF
        instruction(258, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_CLOSURE
        None,                                                       // LOAD_COMMON_CONSTANT
        instruction(83, 0, ARG | CONST, (0, Nothing), (1, Nothing)), // LOAD_CONST
        instruction(84, 0, ARG | FREE, (0, Nothing), (1, Nothing)), // LOAD_DEREF
        instruction(85, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST
        instruction(86, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_AND_CLEAR
        None,                                                       // LOAD_FAST_BORROW
        None,                                                       // LOAD_FAST_BORROW_LOAD_FAST_BORROW
        instruction(87, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_CHECK
        instruction(88, 0, ARG | LOCAL, (0, Nothing), (2, Nothing)), // LOAD_FAST_LOAD_FAST
        instruction(89, 0, ARG | FREE, (1, Nothing), (1, Nothing)), // LOAD_FROM_DICT_OR_DEREF
        instruction(90, 0, ARG | NAME, (1, Nothing), (1, Nothing)), // LOAD_FROM_DICT_OR_GLOBALS
        instruction(91, 4, ARG | NAME, (0, Nothing), (1, LowBit)),  // LOAD_GLOBAL
        instruction(25, 0, 0, (0, Nothing), (1, Nothing)),          // LOAD_LOCALS
        None,                                                       // LOAD_METHOD
        instruction(92, 0, ARG | NAME, (0, Nothing), (1, Nothing)), // LOAD_NAME
        None,                                                       // LOAD_SMALL_INT
        None,                                                       // LOAD_SPECIAL
        instruction(93, 1, ARG | NAME, (3, Nothing), (1, LowBit)),  // LOAD_SUPER_ATTR
        instruction(94, 0, ARG | FREE, (0, Nothing), (0, Nothing)), // MAKE_CELL
        instruction(26, 0, 0, (1, Nothing), (1, Nothing)),          // MAKE_FUNCTION
        instruction(95, 0, ARG, (2, Arg), (0, Arg)),                // MAP_ADD
        instruction(96, 0, ARG, (3, Nothing), (1, Nothing)),        // MATCH_CLASS
        instruction(27, 0, 0, (2, Nothing), (3, Nothing)),          // MATCH_KEYS
        instruction(28, 0, 0, (1, Nothing), (2, Nothing)),          // MATCH_MAPPING
        instruction(29, 0, 0, (1, Nothing), (2, Nothing)),          // MATCH_SEQUENCE
        instruction(30, 0, 0, (0, Nothing), (0, Nothing)),          // NOP
        None,                                                       // NOT_TAKEN
        instruction(263, 0, 0, (0, Nothing), (0, Nothing)),         // POP_BLOCK
        instruction(31, 0, 0, (1, Nothing), (0, Nothing)),          // POP_EXCEPT
        None,                                                       // POP_ITER
        None,                                                       // POP_JUMP_BACKWARD_IF_FALSE
        None,                                                       // POP_JUMP_BACKWARD_IF_NONE
        None,                                                       // POP_JUMP_BACKWARD_IF_NOT_NONE
        None,                                                       // POP_JUMP_BACKWARD_IF_TRUE
        None,                                                       // POP_JUMP_FORWARD_IF_FALSE
        None,                                                       // POP_JUMP_FORWARD_IF_NONE
        None,                                                       // POP_JUMP_FORWARD_IF_NOT_NONE
        None,                                                       // POP_JUMP_FORWARD_IF_TRUE
        instruction(97, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_FALSE
        instruction(98, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_NONE
        instruction(99, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_NOT_NONE
        instruction(100, 1, ARG | JUMP, (1, Nothing), (0, Nothing)), // POP_JUMP_IF_TRUE
        instruction(32, 0, 0, (1, Nothing), (0, Nothing)),          // POP_TOP
        None,                                                       // PRECALL
        None,                                                       // PREP_RERAISE_STAR
        None,                                                       // PRINT_EXPR
        instruction(33, 0, 0, (1, Nothing), (2, Nothing)),          // PUSH_EXC_INFO
        instruction(34, 0, 0, (0, Nothing), (1, Nothing)),          // PUSH_NULL
        instruction(101, 0, ARG, (0, Arg), (0, Nothing)),           // RAISE_VARARGS
        instruction(102, 0, ARG, (1, Arg), (0, Arg)),               // RERAISE
        instruction(149, 0, ARG | EVAL_BREAK, (0, Nothing), (0, Nothing)), // RESUME
        instruction(103, 0, ARG | CONST, (0, Nothing), (0, Nothing)), // RETURN_CONST
        instruction(35, 0, 0, (0, Nothing), (1, Nothing)),          // RETURN_GENERATOR
        instruction(36, 0, 0, (1, Nothing), (0, Nothing)),          // RETURN_VALUE
        instruction(104, 1, ARG | JUMP, (2, Nothing), (2, Nothing)), // SEND
        instruction(37, 0, 0, (0, Nothing), (0, Nothing)),          // SETUP_ANNOTATIONS
        instruction(264, 0, ARG, (0, Nothing), (2, Nothing)),       // SETUP_CLEANUP
        instruction(265, 0, ARG, (0, Nothing), (1, Nothing)),       // SETUP_FINALLY
        instruction(266, 0, ARG, (0, Nothing), (1, Nothing)),       // SETUP_WITH
        instruction(105, 0, ARG, (1, Arg), (0, Arg)),               // SET_ADD
        instruction(106, 0, ARG, (2, Nothing), (1, Nothing)),       // SET_FUNCTION_ATTRIBUTE
        instruction(107, 0, ARG, (1, Arg), (0, Arg)),               // SET_UPDATE
        instruction(108, 4, ARG | NAME, (2, Nothing), (0, Nothing)), // STORE_ATTR
        instruction(109, 0, ARG | FREE, (1, Nothing), (0, Nothing)), // STORE_DEREF
        instruction(110, 0, ARG | LOCAL, (1, Nothing), (0, Nothing)), // STORE_FAST
        instruction(111, 0, ARG | LOCAL, (1, Nothing), (1, Nothing)), // STORE_FAST_LOAD_FAST
        instruction(267, 0, ARG | LOCAL, (1, Nothing), (0, Nothing)), // STORE_FAST_MAYBE_NULL
        instruction(112, 0, ARG | LOCAL, (2, Nothing), (0, Nothing)), // STORE_FAST_STORE_FAST
        instruction(113, 0, ARG | NAME, (1, Nothing), (0, Nothing)), // STORE_GLOBAL
        instruction(114, 0, ARG | NAME, (1, Nothing), (0, Nothing)), // STORE_NAME
        instruction(38, 0, 0, (4, Nothing), (0, Nothing)),          // STORE_SLICE
        instruction(39, 1, 0, (3, Nothing), (0, Nothing)),          // STORE_SUBSCR
        instruction(115, 0, ARG, (0, Arg), (0, Arg)),               // SWAP
        instruction(40, 3, 0, (1, Nothing), (1, Nothing)),          // TO_BOOL
        instruction(41, 0, 0, (1, Nothing), (1, Nothing)),          // UNARY_INVERT
        instruction(42, 0, 0, (1, Nothing), (1, Nothing)),          // UNARY_NEGATIVE
        instruction(43, 0, 0, (1, Nothing), (1, Nothing)),          // UNARY_NOT
        None,                                                       // UNARY_POSITIVE
        instruction(116, 0, ARG, (1, Nothing), (1, Unpacked)),      // UNPACK_EX
        instruction(117, 1, ARG, (1, Nothing), (0, Arg)),           // UNPACK_SEQUENCE
        instruction(44, 0, 0, (4, Nothing), (5, Nothing)),          // WITH_EXCEPT_START
        instruction(118, 0, ARG, (1, Nothing), (1, Nothing)),       // YIELD_VALUE
    ],
);
