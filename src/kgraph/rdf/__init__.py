"""RDF and SPARQL as text: formats, terms, and finding one's way in a query or a Turtle file."""
