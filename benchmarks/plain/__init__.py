"""The account and services pages written the plain way, for benchmarks/pages.py.

Django as its tutorial has it: model objects, Django templates, the default session, auth, CSRF, message and
locale middleware. The same tables, the same words, no needless query (select_related everywhere). What it
draws is compared with ours, word for word, before anything is timed.
"""
