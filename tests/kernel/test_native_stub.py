"""What type checkers are told of the compiled kernel is what it has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType, WrapperDescriptorType

import pytest

from kinemesh.kernel import available, native

STUB = ast.parse(Path(native.__file__).with_name("_native.pyi").read_text())


@pytest.fixture(scope="module")
def module() -> ModuleType:
    if not available():
        pytest.skip("built without the compiled kernel")
    return native._native


def public(names: Iterable[str]) -> set[str]:
    return {n for n in names if n == "__init__" or not n.startswith("_")}


def functions(body: list[ast.stmt]) -> dict[str, ast.FunctionDef]:
    return {s.name: s for s in body if isinstance(s, ast.FunctionDef)}


def classes() -> dict[str, ast.ClassDef]:
    return {s.name: s for s in STUB.body if isinstance(s, ast.ClassDef)}


def own(kind: type) -> set[str]:
    """Public attributes of a class itself, its constructor among them if Python may call one."""
    nothing = isinstance(vars(kind).get("__init__"), WrapperDescriptorType)
    return public(vars(kind)) - ({"__init__"} if nothing else set())


def is_named(decorator: str, function: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == decorator for d in function.decorator_list)


def taken(function: ast.FunctionDef) -> int:
    """How many arguments a stub has, self not counted; none of them has a name for callers."""
    arguments = function.args
    assert not arguments.kwonlyargs and not arguments.vararg and not arguments.kwarg
    positional = [a for a in arguments.posonlyargs if a.arg != "self"]
    assert not [a for a in arguments.args if a.arg != "self"], f"{function.name}: a / is missing"
    return len(positional)


def documented(bound: object) -> int:
    """How many arguments the compiled function has, by the signature that pybind11 writes."""
    return len(re.findall(r"\barg\d+:", str(bound.__doc__).partition(") ->")[0]))


def test_module_and_stub_have_the_same_names(module: ModuleType) -> None:
    assert public(vars(module)) == set(functions(STUB.body)) | set(classes())


def test_functions_take_as_many_arguments(module: ModuleType) -> None:
    found = {name: documented(getattr(module, name)) for name in functions(STUB.body)}
    assert found == {name: taken(stub) for name, stub in functions(STUB.body).items()}
    assert found["target"] == 4


@pytest.mark.parametrize("name", sorted(classes()))
def test_classes_have_the_same_bases_methods_properties_and_arguments(
    name: str, module: ModuleType
) -> None:
    kind, stub = getattr(module, name), classes()[name]
    bases = [b.id for b in stub.bases if isinstance(b, ast.Name)]
    assert [b.__name__ for b in kind.__bases__ if b.__module__ == kind.__module__] == bases
    methods = functions(stub.body)
    assert own(kind) == set(methods)
    for called, method in methods.items():
        bound = vars(kind)[called]
        assert isinstance(bound, property) == is_named("property", method), called
        if not isinstance(bound, property):
            assert documented(getattr(kind, called)) == taken(method), called
        assert isinstance(bound, staticmethod) == is_named("staticmethod", method), called
