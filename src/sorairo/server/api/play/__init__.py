"""Playing a world over HTTP: routes of sessions, and the WebSocket on which frames travel."""
