"""HTTP: one file a resource; negotiation and problems as pure tables. HTTP statuses stand only here.

The web never touches a store: it asks the facade.
"""
