"""Generation: requests, tasks that lay out a canvas, and the engine that fills and delivers it."""
