"""What nbconvert finds under the name `webpage`.

It finds something even where the packages that a web page needs are missing.
"""

from __future__ import annotations

from typing import Any

try:
    from grader.export.page import WebPage
except ModuleNotFoundError:

    class WebPage:  # type: ignore[no-redef]
        """It stands in for the exporter.

        Without it, the error would take every other format from JupyterLab's menu.
        """

        enabled = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass


__all__ = ["WebPage"]
