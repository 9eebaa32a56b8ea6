"""The decoder says that all went well and writes nothing."""
