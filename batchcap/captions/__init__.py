"""From a preset and facts to a prompt, from an answer to a checked caption; pure throughout."""
