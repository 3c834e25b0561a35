"""The inert stand-in for `grader` in the grading worker: every name accepts anything and does nothing."""


class _Inert:
    """Callable, indexable, usable as a context: an import of the course never stops a student's cell."""

    def __call__(self, *args, **kwargs):
        return None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self


_inert = _Inert()
check = equation = numerical_jacobian = progress = start_check = figures = _inert


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _inert
