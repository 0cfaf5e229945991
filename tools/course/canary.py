"""What runs last in every graded kernel, to see whether Python is still itself.

The hidden tests share a kernel with the student's code, and code can change what a test means: replace
`numpy.allclose`, swallow assertions, give `personal` other numbers. This cell compares all functions that tests use
with what they are in a kernel that ran no student's code. It shows careless tampering to a person; whoever knows this
file can fool it.
"""

SOURCE = """\
def _examine():
    import hashlib, json, sys
    import numpy as np
    def digest(thing):
        thing = getattr(thing, "_implementation", thing)
        code = getattr(thing, "__code__", None)
        if code is None:
            return f"{type(thing).__name__} {getattr(thing, '__qualname__', '')}"
        return hashlib.sha256(code.co_code + repr((code.co_names, code.co_varnames)).encode()).hexdigest()[:8]
    modules = ["builtins", "math", "operator", "numpy", "numpy.linalg", "numpy.testing", "numpy.random"]
    modules += sorted(name for name in sys.modules if name.startswith("helpers"))
    found = {name: {key: digest(value) for key, value in vars(sys.modules[name]).items()
                    if callable(value) and not key.startswith("_")} for name in modules if name in sys.modules}
    wrong = []
    if np.allclose(0.0, 1.0) or np.array_equal([0], [1]) or np.isclose(0, 1):
        wrong.append("numpy finds different numbers equal")
    try:
        np.testing.assert_allclose([0.0], [1.0])
        wrong.append("numpy.testing accepts everything")
    except AssertionError:
        pass
    shell = get_ipython()
    if shell.ast_transformers or shell.custom_exceptions:
        wrong.append("IPython was told to treat errors or code in its own way")
    if sys.gettrace() or sys.getprofile():
        wrong.append("a tracer is at work")
    return json.dumps({"functions": found, "wrong": wrong})
assert False, "NONCE" + _examine()
"""
