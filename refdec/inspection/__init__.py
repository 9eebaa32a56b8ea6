"""What a codestream says, for people: a summary of the headers, an annotated syntax tree, renderings of both."""
