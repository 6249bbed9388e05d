"""Who else keeps a trail, each in a process of its own: the same house and the same act, watched as its documentation says.

Each module has `watch()`, called while models are loaded; `acting(by)`, a context within which the peer knows who acts; and
`told(by)`, how many records name that user. Of an act, Child and Activation are what must be watched to tell what an event
tells: who did what, when, and what it did to the points. Neither the family nor anything else is.
"""
