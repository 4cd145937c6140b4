"""«Потребление» / «Тұтыну»: what was used and what it cost, month by month."""
