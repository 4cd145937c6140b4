"""«Подать заявку / Заявки»: the list, the form by kind, the check, and one request with its messages."""
