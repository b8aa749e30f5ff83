"""Routes of other services, for their clients: each module translates one service's requests to the
fields of `POST /v1/videos`, and the Video object to its responses."""
