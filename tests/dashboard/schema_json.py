"""Just enough of JSON Schema to hold the API to its own document."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_CONNUS = {
    "$ref",
    "type",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "format",
    "description",
    "default",
}


def verifier(valeur: Any, schema: dict[str, Any], document: dict[str, Any], ou: str = "$") -> None:
    """Raises AssertionError where the value breaks the schema, or the schema is beyond us."""
    assert set(schema) <= _CONNUS, f"{ou} : mots inconnus {set(schema) - _CONNUS}"
    if "$ref" in schema:
        cible: Any = document
        for morceau in schema["$ref"].removeprefix("#/").split("/"):
            cible = cible[morceau]
        verifier(valeur, cible, document, ou)
        return
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        permis = tuple(t for nom in types for t in _TYPES[nom])
        assert isinstance(valeur, permis), f"{ou} : {valeur!r} n’est pas {types}"
        assert not isinstance(valeur, bool) or "boolean" in types, f"{ou} : {valeur!r}"
    if "enum" in schema:
        assert valeur in schema["enum"], f"{ou} : {valeur!r} n’est pas dans {schema['enum']}"
    if "pattern" in schema:
        assert re.search(schema["pattern"], valeur), f"{ou} : {valeur!r}"
    if valeur is not None and "minimum" in schema:
        assert valeur >= schema["minimum"], f"{ou} : {valeur!r}"
    if valeur is not None and "maximum" in schema:
        assert valeur <= schema["maximum"], f"{ou} : {valeur!r}"
    if isinstance(valeur, dict):
        for nom in schema.get("required", ()):
            assert nom in valeur, f"{ou} : il manque {nom}"
        proprietes = schema.get("properties", {})
        if schema.get("additionalProperties") is False:
            assert set(valeur) <= set(proprietes), f"{ou} : {set(valeur) - set(proprietes)}"
        for nom, sous in proprietes.items():
            if nom in valeur:
                verifier(valeur[nom], sous, document, f"{ou}.{nom}")
    if isinstance(valeur, list) and "items" in schema:
        for i, element in enumerate(valeur):
            verifier(element, schema["items"], document, f"{ou}[{i}]")
