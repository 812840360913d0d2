"""Demo workspaces: three real data sets, and one simulated company whose true values are known.

``DEMOS`` describes them, :func:`load_demo` brings one into a store; :func:`regard.demo.simulate.simulate` draws the
simulated company (imported only when asked for).
"""

from regard.demo.catalogue import DEMOS, Demo, get_demo, load_demo

__all__ = ["DEMOS", "Demo", "get_demo", "load_demo"]
