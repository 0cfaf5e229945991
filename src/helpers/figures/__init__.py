"""The figures of each chapter, one module a chapter; every public function returns a plotly figure."""
