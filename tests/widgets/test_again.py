"""A widget made again from the data that a notebook holds of it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from examples import WIDGETS

from grader.widgets import KINDS, jacobian_explorer, relu_mask, spray, toeplitz_pair
from grader.widgets.grids import MIME, Widget


def read(widget: Widget) -> dict[str, Any]:
    """Return a widget's data as they stand in a notebook."""
    bundle = widget._repr_mimebundle_()
    return json.loads(json.dumps(bundle[MIME]["data"], allow_nan=False))


def test_every_kind_has_an_example():
    assert set(WIDGETS) == set(KINDS)


@pytest.mark.parametrize("kind", WIDGETS)
def test_every_widget_is_made_again_from_its_data(kind):
    data = read(WIDGETS[kind]())
    assert read(KINDS[kind].again(data)) == data


@pytest.mark.parametrize("kind", ["spray", "toeplitz_pair"])
def test_a_widget_that_an_earlier_version_saved_is_made_again(kind):
    data = read(WIDGETS[kind]())
    later = ("views", "without_bias")
    earlier = {name: value for name, value in data.items() if name not in later}
    assert read(KINDS[kind].again(earlier)) == data


def test_a_widget_is_made_again_with_what_is_not_finite_and_with_what_is_not_given():
    for made in (
        spray([1.0, 2.0, 3.0], [1.0, 2.0], compare=[np.nan, -np.inf]),
        toeplitz_pair([1.0, 2.0], 3, x=[1.0, 0.0, 2.0], dy=[1.0, 2.0]),
        spray([1.0, 2.0, 3.0], [1.0, 2.0], compare=[3.0, np.nan]).without_bias(),
        spray([1.0, 2.0, 3.0], [1.0, 2.0], 2, view="forward spray", views="forward"),
        toeplitz_pair([1.0, 2.0], 3, views="forward"),
        relu_mask([1.0, -2.0], [3.0, 4.0]),
        jacobian_explorer(
            [1.0, 2.0], [[3.0], [4.0]], compare=(None, [[[np.inf], [2.0]]], None), dy=[2.0]
        ),
    ):
        data = read(made)
        assert read(made.again(data)) == data
