"""The only place that knows an engine by name. Each module keeps the :class:`~regard.stream.store.Store` protocol."""
