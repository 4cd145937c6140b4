"""Abonent: the open self-service portal of utilities («личный кабинет абонента», «жеке кабинет»)."""
