"""OpenAI's Videos API over the queue. The process that answers never imports torch: it writes jobs,
and workers do them."""
