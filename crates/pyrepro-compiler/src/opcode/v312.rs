//! The instructions of Python 3.12. Made by tables/generate.py: do not edit.

use super::Term::*;
use super::flag::*;
use super::{Table, instruction};

/// The instructions of Python 3.12.
pub static TABLE: Table = Table::new(
    3531,
    [
        None,                                                         // ANNOTATIONS_PLACEHOLDER
        None,                                                         // ASYNC_GEN_WRAP
        instruction(52, 0, 0, (0, Nothing), (1, Nothing)),            // BEFORE_ASYNC_WITH
        instruction(53, 0, 0, (0, Nothing), (1, Nothing)),            // BEFORE_WITH
        instruction(122, 1, ARG, (1, Nothing), (0, Nothing)),         // BINARY_OP
        instruction(26, 0, 0, (2, Nothing), (0, Nothing)),            // BINARY_SLICE
        instruction(25, 1, 0, (1, Nothing), (0, Nothing)),            // BINARY_SUBSCR
        instruction(156, 0, ARG, (0, Arg), (0, Nothing)),             // BUILD_CONST_KEY_MAP
        None,                                                         // BUILD_INTERPOLATION
        instruction(103, 0, ARG, (0, Arg), (1, Nothing)),             // BUILD_LIST
        instruction(105, 0, ARG, (0, Twice), (1, Nothing)),           // BUILD_MAP
        instruction(104, 0, ARG, (0, Arg), (1, Nothing)),             // BUILD_SET
        instruction(133, 0, ARG, (1, IsThree), (0, Nothing)),         // BUILD_SLICE
        instruction(157, 0, ARG, (0, Arg), (1, Nothing)),             // BUILD_STRING
        None,                                                         // BUILD_TEMPLATE
        instruction(102, 0, ARG, (0, Arg), (1, Nothing)),             // BUILD_TUPLE
        instruction(0, 0, 0, (0, Nothing), (0, Nothing)),             // CACHE
        instruction(171, 3, ARG, (1, Arg), (0, Nothing)),             // CALL
        instruction(142, 0, ARG, (2, LowBit), (0, Nothing)),          // CALL_FUNCTION_EX
        instruction(173, 0, ARG, (0, Nothing), (0, Nothing)),         // CALL_INTRINSIC_1
        instruction(174, 0, ARG, (1, Nothing), (0, Nothing)),         // CALL_INTRINSIC_2
        None,                                                         // CALL_KW
        instruction(37, 0, 0, (0, Nothing), (0, Nothing)),            // CHECK_EG_MATCH
        instruction(36, 0, 0, (0, Nothing), (0, Nothing)),            // CHECK_EXC_MATCH
        instruction(55, 0, 0, (1, Nothing), (0, Nothing)),            // CLEANUP_THROW
        instruction(107, 1, ARG, (1, Nothing), (0, Nothing)),         // COMPARE_OP
        instruction(118, 0, ARG, (1, Nothing), (0, Nothing)),         // CONTAINS_OP
        None,                                                         // CONVERT_VALUE
        instruction(120, 0, ARG, (0, Nothing), (1, Nothing)),         // COPY
        instruction(149, 0, ARG, (0, Nothing), (0, Nothing)),         // COPY_FREE_VARS
        instruction(96, 0, ARG | NAME, (1, Nothing), (0, Nothing)),   // DELETE_ATTR
        instruction(139, 0, ARG | FREE, (0, Nothing), (0, Nothing)),  // DELETE_DEREF
        instruction(126, 0, ARG | LOCAL, (0, Nothing), (0, Nothing)), // DELETE_FAST
        instruction(98, 0, ARG | NAME, (0, Nothing), (0, Nothing)),   // DELETE_GLOBAL
        instruction(91, 0, ARG | NAME, (0, Nothing), (0, Nothing)),   // DELETE_NAME
        instruction(61, 0, 0, (2, Nothing), (0, Nothing)),            // DELETE_SUBSCR
        instruction(164, 0, ARG, (1, Nothing), (0, Nothing)),         // DICT_MERGE
        instruction(165, 0, ARG, (1, Nothing), (0, Nothing)),         // DICT_UPDATE
        instruction(54, 0, 0, (2, Nothing), (0, Nothing)),            // END_ASYNC_FOR
        instruction(4, 0, 0, (2, Nothing), (0, Nothing)),             // END_FOR
        instruction(5, 0, 0, (1, Nothing), (0, Nothing)),             // END_SEND
        instruction(144, 0, ARG, (0, Nothing), (0, Nothing)),         // EXTENDED_ARG
        None,                                                         // FORMAT_SIMPLE
        instruction(155, 0, ARG, (0, Specified), (0, Nothing)),       // FORMAT_VALUE
        None,                                                         // FORMAT_WITH_SPEC
        instruction(93, 1, ARG | JUMP, (0, Nothing), (1, Nothing)),   // FOR_ITER
        instruction(50, 0, 0, (0, Nothing), (0, Nothing)),            // GET_AITER
        instruction(51, 0, 0, (0, Nothing), (1, Nothing)),            // GET_ANEXT
        instruction(131, 0, ARG, (0, Nothing), (0, Nothing)),         // GET_AWAITABLE
        instruction(68, 0, 0, (0, Nothing), (0, Nothing)),            // GET_ITER
        instruction(30, 0, 0, (0, Nothing), (1, Nothing)),            // GET_LEN
        instruction(69, 0, 0, (0, Nothing), (0, Nothing)),            // GET_YIELD_FROM_ITER
        instruction(109, 0, ARG | NAME, (0, Nothing), (1, Nothing)),  // IMPORT_FROM
        instruction(108, 0, ARG | NAME, (1, Nothing), (0, Nothing)),  // IMPORT_NAME
        None,                                                         // IMPORT_STAR
        instruction(117, 0, ARG, (1, Nothing), (0, Nothing)),         // IS_OP
        instruction(260, 0, ARG | JUMP, (0, Nothing), (0, Nothing)),  // JUMP
        instruction(140, 0, ARG | JUMP, (0, Nothing), (0, Nothing)),  // JUMP_BACKWARD
        instruction(134, 0, ARG | JUMP, (0, Nothing), (0, Nothing)),  // JUMP_BACKWARD_NO_INTERRUPT
        instruction(110, 0, ARG | JUMP, (0, Nothing), (0, Nothing)),  // JUMP_FORWARD
        None,                                                         // JUMP_IF_FALSE
        None,                                                         // JUMP_IF_FALSE_OR_POP
        None,                                                         // JUMP_IF_TRUE
        None,                                                         // JUMP_IF_TRUE_OR_POP
        instruction(261, 0, ARG | JUMP, (0, Nothing), (0, Nothing)),  // JUMP_NO_INTERRUPT
        instruction(172, 0, ARG | CONST, (0, Nothing), (0, Nothing)), // KW_NAMES
        instruction(145, 0, ARG, (1, Nothing), (0, Nothing)),         // LIST_APPEND
        instruction(162, 0, ARG, (1, Nothing), (0, Nothing)),         // LIST_EXTEND
        None,                                                         // LIST_TO_TUPLE
        instruction(74, 0, 0, (0, Nothing), (1, Nothing)),            // LOAD_ASSERTION_ERROR
        instruction(106, 9, ARG | NAME, (0, Nothing), (0, LowBit)),   // LOAD_ATTR
        instruction(71, 0, 0, (0, Nothing), (1, Nothing)),            // LOAD_BUILD_CLASS
        None,                                                         // LOAD_CLASSDEREF
        instruction(136, 0, ARG | FREE, (0, Nothing), (1, Nothing)),  // LOAD_CLOSURE
        None,                                                         // LOAD_COMMON_CONSTANT
        instruction(100, 0, ARG | CONST, (0, Nothing), (1, Nothing)), // LOAD_CONST
        instruction(137, 0, ARG | FREE, (0, Nothing), (1, Nothing)),  // LOAD_DEREF
        instruction(124, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST
        instruction(143, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_AND_CLEAR
        None,                                                         // LOAD_FAST_BORROW
        None,                                                         // LOAD_FAST_BORROW_LOAD_FAST_BORROW
        instruction(127, 0, ARG | LOCAL, (0, Nothing), (1, Nothing)), // LOAD_FAST_CHECK
        None,                                                         // LOAD_FAST_LOAD_FAST
        instruction(176, 0, ARG | FREE, (0, Nothing), (0, Nothing)),  // LOAD_FROM_DICT_OR_DEREF
        instruction(175, 0, ARG | NAME, (0, Nothing), (0, Nothing)),  // LOAD_FROM_DICT_OR_GLOBALS
        instruction(116, 4, ARG | NAME, (0, Nothing), (1, LowBit)),   // LOAD_GLOBAL
        instruction(87, 0, 0, (0, Nothing), (1, Nothing)),            // LOAD_LOCALS
        None,                                                         // LOAD_METHOD
        instruction(101, 0, ARG | NAME, (0, Nothing), (1, Nothing)),  // LOAD_NAME
        None,                                                         // LOAD_SMALL_INT
        None,                                                         // LOAD_SPECIAL
        instruction(141, 1, ARG | NAME, (2, Nothing), (0, LowBit)),   // LOAD_SUPER_ATTR
        instruction(135, 0, ARG | FREE, (0, Nothing), (0, Nothing)),  // MAKE_CELL
        instruction(132, 0, ARG, (0, Attributes), (0, Nothing)),      // MAKE_FUNCTION
        instruction(147, 0, ARG, (2, Nothing), (0, Nothing)),         // MAP_ADD
        instruction(152, 0, ARG, (2, Nothing), (0, Nothing)),         // MATCH_CLASS
        instruction(33, 0, 0, (0, Nothing), (1, Nothing)),            // MATCH_KEYS
        instruction(31, 0, 0, (0, Nothing), (1, Nothing)),            // MATCH_MAPPING
        instruction(32, 0, 0, (0, Nothing), (1, Nothing)),            // MATCH_SEQUENCE
        instruction(9, 0, 0, (0, Nothing), (0, Nothing)),             // NOP
        None,                                                         // NOT_TAKEN
        instruction(259, 0, 0, (0, Nothing), (0, Nothing)),           // POP_BLOCK
        instruction(89, 0, 0, (1, Nothing), (0, Nothing)),            // POP_EXCEPT
        None,                                                         // POP_ITER
        None,                                                         // POP_JUMP_BACKWARD_IF_FALSE
        None,                                                         // POP_JUMP_BACKWARD_IF_NONE
        None,                                                         // POP_JUMP_BACKWARD_IF_NOT_NONE
        None,                                                         // POP_JUMP_BACKWARD_IF_TRUE
        None,                                                         // POP_JUMP_FORWARD_IF_FALSE
        None,                                                         // POP_JUMP_FORWARD_IF_NONE
        None,                                                         // POP_JUMP_FORWARD_IF_NOT_NONE
        None,                                                         // POP_JUMP_FORWARD_IF_TRUE
        instruction(114, 0, ARG | JUMP, (1, Nothing), (0, Nothing)),  // POP_JUMP_IF_FALSE
        instruction(129, 0, ARG | JUMP, (1, Nothing), (0, Nothing)),  // POP_JUMP_IF_NONE
        instruction(128, 0, ARG | JUMP, (1, Nothing), (0, Nothing)),  // POP_JUMP_IF_NOT_NONE
        instruction(115, 0, ARG | JUMP, (1, Nothing), (0, Nothing)),  // POP_JUMP_IF_TRUE
        instruction(1, 0, 0, (1, Nothing), (0, Nothing)),             // POP_TOP
        None,                                                         // PRECALL
        None,                                                         // PREP_RERAISE_STAR
        None,                                                         // PRINT_EXPR
        instruction(35, 0, 0, (0, Nothing), (1, Nothing)),            // PUSH_EXC_INFO
        instruction(2, 0, 0, (0, Nothing), (1, Nothing)),             // PUSH_NULL
        instruction(130, 0, ARG, (0, Arg), (0, Nothing)),             // RAISE_VARARGS
        instruction(119, 0, ARG, (1, Nothing), (0, Nothing)),         // RERAISE
        instruction(151, 0, ARG, (0, Nothing), (0, Nothing)),         // RESUME
        instruction(121, 0, ARG | CONST, (0, Nothing), (0, Nothing)), // RETURN_CONST
        instruction(75, 0, 0, (0, Nothing), (1, Nothing)),            // RETURN_GENERATOR
        instruction(83, 0, 0, (1, Nothing), (0, Nothing)),            // RETURN_VALUE
        instruction(123, 1, ARG | JUMP, (0, Nothing), (0, Nothing)),  // SEND
        instruction(85, 0, 0, (0, Nothing), (0, Nothing)),            // SETUP_ANNOTATIONS
        instruction(257, 0, 0, (0, Nothing), (2, Nothing)),           // SETUP_CLEANUP
        instruction(256, 0, 0, (0, Nothing), (1, Nothing)),           // SETUP_FINALLY
        instruction(258, 0, 0, (0, Nothing), (1, Nothing)),           // SETUP_WITH
        instruction(146, 0, ARG, (1, Nothing), (0, Nothing)),         // SET_ADD
        None,                                                         // SET_FUNCTION_ATTRIBUTE
        instruction(163, 0, ARG, (1, Nothing), (0, Nothing)),         // SET_UPDATE
        instruction(95, 4, ARG | NAME, (2, Nothing), (0, Nothing)),   // STORE_ATTR
        instruction(138, 0, ARG | FREE, (1, Nothing), (0, Nothing)),  // STORE_DEREF
        instruction(125, 0, ARG | LOCAL, (1, Nothing), (0, Nothing)), // STORE_FAST
        None,                                                         // STORE_FAST_LOAD_FAST
        instruction(266, 0, ARG | LOCAL, (1, Nothing), (0, Nothing)), // STORE_FAST_MAYBE_NULL
        None,                                                         // STORE_FAST_STORE_FAST
        instruction(97, 0, ARG | NAME, (1, Nothing), (0, Nothing)),   // STORE_GLOBAL
        instruction(90, 0, ARG | NAME, (1, Nothing), (0, Nothing)),   // STORE_NAME
        instruction(27, 0, 0, (4, Nothing), (0, Nothing)),            // STORE_SLICE
        instruction(60, 1, 0, (3, Nothing), (0, Nothing)),            // STORE_SUBSCR
        instruction(99, 0, ARG, (0, Nothing), (0, Nothing)),          // SWAP
        None,                                                         // TO_BOOL
        instruction(15, 0, 0, (0, Nothing), (0, Nothing)),            // UNARY_INVERT
        instruction(11, 0, 0, (0, Nothing), (0, Nothing)),            // UNARY_NEGATIVE
        instruction(12, 0, 0, (0, Nothing), (0, Nothing)),            // UNARY_NOT
        None,                                                         // UNARY_POSITIVE
        instruction(94, 0, ARG, (0, Nothing), (0, Unpacked)),         // UNPACK_EX
        instruction(92, 1, ARG, (1, Nothing), (0, Arg)),              // UNPACK_SEQUENCE
        instruction(49, 0, 0, (0, Nothing), (1, Nothing)),            // WITH_EXCEPT_START
        instruction(150, 0, ARG, (0, Nothing), (0, Nothing)),         // YIELD_VALUE
    ],
);
