/**
 * Loaded before a test file: what tap tells Node by its environment is for the test alone. A server, an agent or a command that a
 * test starts runs as it does for people, without tap's loader, which costs each of them half a second.
 */
delete process.env.NODE_OPTIONS;
