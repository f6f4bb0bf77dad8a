//! One project on two machines: one wheel.

use pyrepro::backend::Artifact;

use super::project::{HERE, THERE, Variation, backends, build, commit, copy, request};
use crate::common::tree::Tree;

fn same_wheel(project: &str, wanted: &str) {
    let Some(tools) = backends() else { return };
    let wheel = |variation: &Variation| {
        let tree = Tree::new();
        let source = copy(project, &tree, variation);
        if project == "hatchling" {
            commit(&source, "v1.2");
        }
        let before = tree.files();
        let built = build(&request(&source, &tools, variation), Artifact::Wheel);
        assert_eq!(tree.files(), before, "nothing is written among the sources");
        built.unwrap_or_else(|error| panic!("{project}: {error}"))
    };
    let (name, here) = wheel(&HERE);
    assert_eq!(name, wanted);
    assert!(here == wheel(&THERE).1, "{project}: the wheels differ");
}

#[test]
fn setuptools_makes_the_same_wheel() {
    same_wheel("setuptools", "apple_setuptools-1.2-py3-none-any.whl");
}

#[test]
fn setup_py_makes_the_same_wheel() {
    same_wheel("setup-py", "apple_setup_py-1.2-py3-none-any.whl");
}

#[test]
fn hatchling_makes_the_same_wheel_with_the_version_of_a_tag() {
    same_wheel("hatchling", "apple_hatchling-1.2-py3-none-any.whl");
}

#[test]
fn poetry_core_makes_the_same_wheel() {
    same_wheel("poetry", "apple_poetry-1.2-py3-none-any.whl");
}

#[test]
fn pdm_backend_makes_the_same_wheel() {
    same_wheel("pdm", "apple_pdm-1.2-py3-none-any.whl");
}

#[test]
fn flit_core_makes_the_same_wheel() {
    same_wheel("flit", "apple-1.2-py3-none-any.whl");
}

#[test]
fn uv_build_makes_the_same_wheel() {
    same_wheel("uv", "apple-1.2-py3-none-any.whl");
}
