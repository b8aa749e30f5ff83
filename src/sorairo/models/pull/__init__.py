"""Fetching open weights: which files a model consists of (`catalogue`), what the hub says about
them (`remote`), the folder that holds them (`store`) and the download itself (`download`). Free of
torch; huggingface_hub is imported where it is used, because it is an extra."""
