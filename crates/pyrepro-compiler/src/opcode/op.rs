//! Every instruction of every release the compiler knows. Made by tables/generate.py: do not edit.

/// An instruction, whatever its number in a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Op {
    /// `ANNOTATIONS_PLACEHOLDER`
    AnnotationsPlaceholder,
    /// `ASYNC_GEN_WRAP`
    AsyncGenWrap,
    /// `BEFORE_ASYNC_WITH`
    BeforeAsyncWith,
    /// `BEFORE_WITH`
    BeforeWith,
    /// `BINARY_OP`
    BinaryOp,
    /// `BINARY_SLICE`
    BinarySlice,
    /// `BINARY_SUBSCR`
    BinarySubscr,
    /// `BUILD_CONST_KEY_MAP`
    BuildConstKeyMap,
    /// `BUILD_INTERPOLATION`
    BuildInterpolation,
    /// `BUILD_LIST`
    BuildList,
    /// `BUILD_MAP`
    BuildMap,
    /// `BUILD_SET`
    BuildSet,
    /// `BUILD_SLICE`
    BuildSlice,
    /// `BUILD_STRING`
    BuildString,
    /// `BUILD_TEMPLATE`
    BuildTemplate,
    /// `BUILD_TUPLE`
    BuildTuple,
    /// `CACHE`
    Cache,
    /// `CALL`
    Call,
    /// `CALL_FUNCTION_EX`
    CallFunctionEx,
    /// `CALL_INTRINSIC_1`
    CallIntrinsic1,
    /// `CALL_INTRINSIC_2`
    CallIntrinsic2,
    /// `CALL_KW`
    CallKw,
    /// `CHECK_EG_MATCH`
    CheckEgMatch,
    /// `CHECK_EXC_MATCH`
    CheckExcMatch,
    /// `CLEANUP_THROW`
    CleanupThrow,
    /// `COMPARE_OP`
    CompareOp,
    /// `CONTAINS_OP`
    ContainsOp,
    /// `CONVERT_VALUE`
    ConvertValue,
    /// `COPY`
    Copy,
    /// `COPY_FREE_VARS`
    CopyFreeVars,
    /// `DELETE_ATTR`
    DeleteAttr,
    /// `DELETE_DEREF`
    DeleteDeref,
    /// `DELETE_FAST`
    DeleteFast,
    /// `DELETE_GLOBAL`
    DeleteGlobal,
    /// `DELETE_NAME`
    DeleteName,
    /// `DELETE_SUBSCR`
    DeleteSubscr,
    /// `DICT_MERGE`
    DictMerge,
    /// `DICT_UPDATE`
    DictUpdate,
    /// `END_ASYNC_FOR`
    EndAsyncFor,
    /// `END_FOR`
    EndFor,
    /// `END_SEND`
    EndSend,
    /// `EXTENDED_ARG`
    ExtendedArg,
    /// `FORMAT_SIMPLE`
    FormatSimple,
    /// `FORMAT_VALUE`
    FormatValue,
    /// `FORMAT_WITH_SPEC`
    FormatWithSpec,
    /// `FOR_ITER`
    ForIter,
    /// `GET_AITER`
    GetAiter,
    /// `GET_ANEXT`
    GetAnext,
    /// `GET_AWAITABLE`
    GetAwaitable,
    /// `GET_ITER`
    GetIter,
    /// `GET_LEN`
    GetLen,
    /// `GET_YIELD_FROM_ITER`
    GetYieldFromIter,
    /// `IMPORT_FROM`
    ImportFrom,
    /// `IMPORT_NAME`
    ImportName,
    /// `IMPORT_STAR`
    ImportStar,
    /// `IS_OP`
    IsOp,
    /// `JUMP`
    Jump,
    /// `JUMP_BACKWARD`
    JumpBackward,
    /// `JUMP_BACKWARD_NO_INTERRUPT`
    JumpBackwardNoInterrupt,
    /// `JUMP_FORWARD`
    JumpForward,
    /// `JUMP_IF_FALSE`
    JumpIfFalse,
    /// `JUMP_IF_FALSE_OR_POP`
    JumpIfFalseOrPop,
    /// `JUMP_IF_TRUE`
    JumpIfTrue,
    /// `JUMP_IF_TRUE_OR_POP`
    JumpIfTrueOrPop,
    /// `JUMP_NO_INTERRUPT`
    JumpNoInterrupt,
    /// `KW_NAMES`
    KwNames,
    /// `LIST_APPEND`
    ListAppend,
    /// `LIST_EXTEND`
    ListExtend,
    /// `LIST_TO_TUPLE`
    ListToTuple,
    /// `LOAD_ASSERTION_ERROR`
    LoadAssertionError,
    /// `LOAD_ATTR`
    LoadAttr,
    /// `LOAD_BUILD_CLASS`
    LoadBuildClass,
    /// `LOAD_CLASSDEREF`
    LoadClassderef,
    /// `LOAD_CLOSURE`
    LoadClosure,
    /// `LOAD_COMMON_CONSTANT`
    LoadCommonConstant,
    /// `LOAD_CONST`
    LoadConst,
    /// `LOAD_DEREF`
    LoadDeref,
    /// `LOAD_FAST`
    LoadFast,
    /// `LOAD_FAST_AND_CLEAR`
    LoadFastAndClear,
    /// `LOAD_FAST_BORROW`
    LoadFastBorrow,
    /// `LOAD_FAST_BORROW_LOAD_FAST_BORROW`
    LoadFastBorrowLoadFastBorrow,
    /// `LOAD_FAST_CHECK`
    LoadFastCheck,
    /// `LOAD_FAST_LOAD_FAST`
    LoadFastLoadFast,
    /// `LOAD_FROM_DICT_OR_DEREF`
    LoadFromDictOrDeref,
    /// `LOAD_FROM_DICT_OR_GLOBALS`
    LoadFromDictOrGlobals,
    /// `LOAD_GLOBAL`
    LoadGlobal,
    /// `LOAD_LOCALS`
    LoadLocals,
    /// `LOAD_METHOD`
    LoadMethod,
    /// `LOAD_NAME`
    LoadName,
    /// `LOAD_SMALL_INT`
    LoadSmallInt,
    /// `LOAD_SPECIAL`
    LoadSpecial,
    /// `LOAD_SUPER_ATTR`
    LoadSuperAttr,
    /// `MAKE_CELL`
    MakeCell,
    /// `MAKE_FUNCTION`
    MakeFunction,
    /// `MAP_ADD`
    MapAdd,
    /// `MATCH_CLASS`
    MatchClass,
    /// `MATCH_KEYS`
    MatchKeys,
    /// `MATCH_MAPPING`
    MatchMapping,
    /// `MATCH_SEQUENCE`
    MatchSequence,
    /// `NOP`
    Nop,
    /// `NOT_TAKEN`
    NotTaken,
    /// `POP_BLOCK`
    PopBlock,
    /// `POP_EXCEPT`
    PopExcept,
    /// `POP_ITER`
    PopIter,
    /// `POP_JUMP_BACKWARD_IF_FALSE`
    PopJumpBackwardIfFalse,
    /// `POP_JUMP_BACKWARD_IF_NONE`
    PopJumpBackwardIfNone,
    /// `POP_JUMP_BACKWARD_IF_NOT_NONE`
    PopJumpBackwardIfNotNone,
    /// `POP_JUMP_BACKWARD_IF_TRUE`
    PopJumpBackwardIfTrue,
    /// `POP_JUMP_FORWARD_IF_FALSE`
    PopJumpForwardIfFalse,
    /// `POP_JUMP_FORWARD_IF_NONE`
    PopJumpForwardIfNone,
    /// `POP_JUMP_FORWARD_IF_NOT_NONE`
    PopJumpForwardIfNotNone,
    /// `POP_JUMP_FORWARD_IF_TRUE`
    PopJumpForwardIfTrue,
    /// `POP_JUMP_IF_FALSE`
    PopJumpIfFalse,
    /// `POP_JUMP_IF_NONE`
    PopJumpIfNone,
    /// `POP_JUMP_IF_NOT_NONE`
    PopJumpIfNotNone,
    /// `POP_JUMP_IF_TRUE`
    PopJumpIfTrue,
    /// `POP_TOP`
    PopTop,
    /// `PRECALL`
    Precall,
    /// `PREP_RERAISE_STAR`
    PrepReraiseStar,
    /// `PRINT_EXPR`
    PrintExpr,
    /// `PUSH_EXC_INFO`
    PushExcInfo,
    /// `PUSH_NULL`
    PushNull,
    /// `RAISE_VARARGS`
    RaiseVarargs,
    /// `RERAISE`
    Reraise,
    /// `RESUME`
    Resume,
    /// `RETURN_CONST`
    ReturnConst,
    /// `RETURN_GENERATOR`
    ReturnGenerator,
    /// `RETURN_VALUE`
    ReturnValue,
    /// `SEND`
    Send,
    /// `SETUP_ANNOTATIONS`
    SetupAnnotations,
    /// `SETUP_CLEANUP`
    SetupCleanup,
    /// `SETUP_FINALLY`
    SetupFinally,
    /// `SETUP_WITH`
    SetupWith,
    /// `SET_ADD`
    SetAdd,
    /// `SET_FUNCTION_ATTRIBUTE`
    SetFunctionAttribute,
    /// `SET_UPDATE`
    SetUpdate,
    /// `STORE_ATTR`
    StoreAttr,
    /// `STORE_DEREF`
    StoreDeref,
    /// `STORE_FAST`
    StoreFast,
    /// `STORE_FAST_LOAD_FAST`
    StoreFastLoadFast,
    /// `STORE_FAST_MAYBE_NULL`
    StoreFastMaybeNull,
    /// `STORE_FAST_STORE_FAST`
    StoreFastStoreFast,
    /// `STORE_GLOBAL`
    StoreGlobal,
    /// `STORE_NAME`
    StoreName,
    /// `STORE_SLICE`
    StoreSlice,
    /// `STORE_SUBSCR`
    StoreSubscr,
    /// `SWAP`
    Swap,
    /// `TO_BOOL`
    ToBool,
    /// `UNARY_INVERT`
    UnaryInvert,
    /// `UNARY_NEGATIVE`
    UnaryNegative,
    /// `UNARY_NOT`
    UnaryNot,
    /// `UNARY_POSITIVE`
    UnaryPositive,
    /// `UNPACK_EX`
    UnpackEx,
    /// `UNPACK_SEQUENCE`
    UnpackSequence,
    /// `WITH_EXCEPT_START`
    WithExceptStart,
    /// `YIELD_VALUE`
    YieldValue,
}

/// How many there are.
pub const COUNT: usize = 156;

/// Their names, in the order of [`Op`].
pub const NAMES: [&str; COUNT] = [
    "ANNOTATIONS_PLACEHOLDER",
    "ASYNC_GEN_WRAP",
    "BEFORE_ASYNC_WITH",
    "BEFORE_WITH",
    "BINARY_OP",
    "BINARY_SLICE",
    "BINARY_SUBSCR",
    "BUILD_CONST_KEY_MAP",
    "BUILD_INTERPOLATION",
    "BUILD_LIST",
    "BUILD_MAP",
    "BUILD_SET",
    "BUILD_SLICE",
    "BUILD_STRING",
    "BUILD_TEMPLATE",
    "BUILD_TUPLE",
    "CACHE",
    "CALL",
    "CALL_FUNCTION_EX",
    "CALL_INTRINSIC_1",
    "CALL_INTRINSIC_2",
    "CALL_KW",
    "CHECK_EG_MATCH",
    "CHECK_EXC_MATCH",
    "CLEANUP_THROW",
    "COMPARE_OP",
    "CONTAINS_OP",
    "CONVERT_VALUE",
    "COPY",
    "COPY_FREE_VARS",
    "DELETE_ATTR",
    "DELETE_DEREF",
    "DELETE_FAST",
    "DELETE_GLOBAL",
    "DELETE_NAME",
    "DELETE_SUBSCR",
    "DICT_MERGE",
    "DICT_UPDATE",
    "END_ASYNC_FOR",
    "END_FOR",
    "END_SEND",
    "EXTENDED_ARG",
    "FORMAT_SIMPLE",
    "FORMAT_VALUE",
    "FORMAT_WITH_SPEC",
    "FOR_ITER",
    "GET_AITER",
    "GET_ANEXT",
    "GET_AWAITABLE",
    "GET_ITER",
    "GET_LEN",
    "GET_YIELD_FROM_ITER",
    "IMPORT_FROM",
    "IMPORT_NAME",
    "IMPORT_STAR",
    "IS_OP",
    "JUMP",
    "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT",
    "JUMP_FORWARD",
    "JUMP_IF_FALSE",
    "JUMP_IF_FALSE_OR_POP",
    "JUMP_IF_TRUE",
    "JUMP_IF_TRUE_OR_POP",
    "JUMP_NO_INTERRUPT",
    "KW_NAMES",
    "LIST_APPEND",
    "LIST_EXTEND",
    "LIST_TO_TUPLE",
    "LOAD_ASSERTION_ERROR",
    "LOAD_ATTR",
    "LOAD_BUILD_CLASS",
    "LOAD_CLASSDEREF",
    "LOAD_CLOSURE",
    "LOAD_COMMON_CONSTANT",
    "LOAD_CONST",
    "LOAD_DEREF",
    "LOAD_FAST",
    "LOAD_FAST_AND_CLEAR",
    "LOAD_FAST_BORROW",
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW",
    "LOAD_FAST_CHECK",
    "LOAD_FAST_LOAD_FAST",
    "LOAD_FROM_DICT_OR_DEREF",
    "LOAD_FROM_DICT_OR_GLOBALS",
    "LOAD_GLOBAL",
    "LOAD_LOCALS",
    "LOAD_METHOD",
    "LOAD_NAME",
    "LOAD_SMALL_INT",
    "LOAD_SPECIAL",
    "LOAD_SUPER_ATTR",
    "MAKE_CELL",
    "MAKE_FUNCTION",
    "MAP_ADD",
    "MATCH_CLASS",
    "MATCH_KEYS",
    "MATCH_MAPPING",
    "MATCH_SEQUENCE",
    "NOP",
    "NOT_TAKEN",
    "POP_BLOCK",
    "POP_EXCEPT",
    "POP_ITER",
    "POP_JUMP_BACKWARD_IF_FALSE",
    "POP_JUMP_BACKWARD_IF_NONE",
    "POP_JUMP_BACKWARD_IF_NOT_NONE",
    "POP_JUMP_BACKWARD_IF_TRUE",
    "POP_JUMP_FORWARD_IF_FALSE",
    "POP_JUMP_FORWARD_IF_NONE",
    "POP_JUMP_FORWARD_IF_NOT_NONE",
    "POP_JUMP_FORWARD_IF_TRUE",
    "POP_JUMP_IF_FALSE",
    "POP_JUMP_IF_NONE",
    "POP_JUMP_IF_NOT_NONE",
    "POP_JUMP_IF_TRUE",
    "POP_TOP",
    "PRECALL",
    "PREP_RERAISE_STAR",
    "PRINT_EXPR",
    "PUSH_EXC_INFO",
    "PUSH_NULL",
    "RAISE_VARARGS",
    "RERAISE",
    "RESUME",
    "RETURN_CONST",
    "RETURN_GENERATOR",
    "RETURN_VALUE",
    "SEND",
    "SETUP_ANNOTATIONS",
    "SETUP_CLEANUP",
    "SETUP_FINALLY",
    "SETUP_WITH",
    "SET_ADD",
    "SET_FUNCTION_ATTRIBUTE",
    "SET_UPDATE",
    "STORE_ATTR",
    "STORE_DEREF",
    "STORE_FAST",
    "STORE_FAST_LOAD_FAST",
    "STORE_FAST_MAYBE_NULL",
    "STORE_FAST_STORE_FAST",
    "STORE_GLOBAL",
    "STORE_NAME",
    "STORE_SLICE",
    "STORE_SUBSCR",
    "SWAP",
    "TO_BOOL",
    "UNARY_INVERT",
    "UNARY_NEGATIVE",
    "UNARY_NOT",
    "UNARY_POSITIVE",
    "UNPACK_EX",
    "UNPACK_SEQUENCE",
    "WITH_EXCEPT_START",
    "YIELD_VALUE",
];

/// All of them, in order.
pub const ALL: [Op; COUNT] = [
    Op::AnnotationsPlaceholder,
    Op::AsyncGenWrap,
    Op::BeforeAsyncWith,
    Op::BeforeWith,
    Op::BinaryOp,
    Op::BinarySlice,
    Op::BinarySubscr,
    Op::BuildConstKeyMap,
    Op::BuildInterpolation,
    Op::BuildList,
    Op::BuildMap,
    Op::BuildSet,
    Op::BuildSlice,
    Op::BuildString,
    Op::BuildTemplate,
    Op::BuildTuple,
    Op::Cache,
    Op::Call,
    Op::CallFunctionEx,
    Op::CallIntrinsic1,
    Op::CallIntrinsic2,
    Op::CallKw,
    Op::CheckEgMatch,
    Op::CheckExcMatch,
    Op::CleanupThrow,
    Op::CompareOp,
    Op::ContainsOp,
    Op::ConvertValue,
    Op::Copy,
    Op::CopyFreeVars,
    Op::DeleteAttr,
    Op::DeleteDeref,
    Op::DeleteFast,
    Op::DeleteGlobal,
    Op::DeleteName,
    Op::DeleteSubscr,
    Op::DictMerge,
    Op::DictUpdate,
    Op::EndAsyncFor,
    Op::EndFor,
    Op::EndSend,
    Op::ExtendedArg,
    Op::FormatSimple,
    Op::FormatValue,
    Op::FormatWithSpec,
    Op::ForIter,
    Op::GetAiter,
    Op::GetAnext,
    Op::GetAwaitable,
    Op::GetIter,
    Op::GetLen,
    Op::GetYieldFromIter,
    Op::ImportFrom,
    Op::ImportName,
    Op::ImportStar,
    Op::IsOp,
    Op::Jump,
    Op::JumpBackward,
    Op::JumpBackwardNoInterrupt,
    Op::JumpForward,
    Op::JumpIfFalse,
    Op::JumpIfFalseOrPop,
    Op::JumpIfTrue,
    Op::JumpIfTrueOrPop,
    Op::JumpNoInterrupt,
    Op::KwNames,
    Op::ListAppend,
    Op::ListExtend,
    Op::ListToTuple,
    Op::LoadAssertionError,
    Op::LoadAttr,
    Op::LoadBuildClass,
    Op::LoadClassderef,
    Op::LoadClosure,
    Op::LoadCommonConstant,
    Op::LoadConst,
    Op::LoadDeref,
    Op::LoadFast,
    Op::LoadFastAndClear,
    Op::LoadFastBorrow,
    Op::LoadFastBorrowLoadFastBorrow,
    Op::LoadFastCheck,
    Op::LoadFastLoadFast,
    Op::LoadFromDictOrDeref,
    Op::LoadFromDictOrGlobals,
    Op::LoadGlobal,
    Op::LoadLocals,
    Op::LoadMethod,
    Op::LoadName,
    Op::LoadSmallInt,
    Op::LoadSpecial,
    Op::LoadSuperAttr,
    Op::MakeCell,
    Op::MakeFunction,
    Op::MapAdd,
    Op::MatchClass,
    Op::MatchKeys,
    Op::MatchMapping,
    Op::MatchSequence,
    Op::Nop,
    Op::NotTaken,
    Op::PopBlock,
    Op::PopExcept,
    Op::PopIter,
    Op::PopJumpBackwardIfFalse,
    Op::PopJumpBackwardIfNone,
    Op::PopJumpBackwardIfNotNone,
    Op::PopJumpBackwardIfTrue,
    Op::PopJumpForwardIfFalse,
    Op::PopJumpForwardIfNone,
    Op::PopJumpForwardIfNotNone,
    Op::PopJumpForwardIfTrue,
    Op::PopJumpIfFalse,
    Op::PopJumpIfNone,
    Op::PopJumpIfNotNone,
    Op::PopJumpIfTrue,
    Op::PopTop,
    Op::Precall,
    Op::PrepReraiseStar,
    Op::PrintExpr,
    Op::PushExcInfo,
    Op::PushNull,
    Op::RaiseVarargs,
    Op::Reraise,
    Op::Resume,
    Op::ReturnConst,
    Op::ReturnGenerator,
    Op::ReturnValue,
    Op::Send,
    Op::SetupAnnotations,
    Op::SetupCleanup,
    Op::SetupFinally,
    Op::SetupWith,
    Op::SetAdd,
    Op::SetFunctionAttribute,
    Op::SetUpdate,
    Op::StoreAttr,
    Op::StoreDeref,
    Op::StoreFast,
    Op::StoreFastLoadFast,
    Op::StoreFastMaybeNull,
    Op::StoreFastStoreFast,
    Op::StoreGlobal,
    Op::StoreName,
    Op::StoreSlice,
    Op::StoreSubscr,
    Op::Swap,
    Op::ToBool,
    Op::UnaryInvert,
    Op::UnaryNegative,
    Op::UnaryNot,
    Op::UnaryPositive,
    Op::UnpackEx,
    Op::UnpackSequence,
    Op::WithExceptStart,
    Op::YieldValue,
];
