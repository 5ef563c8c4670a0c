#!/usr/bin/env python3
"""The example's own tools: what the producer writes, and what the independent check expects of it."""

import importlib.machinery
import importlib.util
import itertools
import json
import os
import unittest

COMMERCE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "examples", "commerce")


def load(name):
    loader = importlib.machinery.SourceFileLoader("commerce_" + name, os.path.join(COMMERCE, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


producer, verify = load("producer"), load("verify")


def message(transaction, amount, date, category="books"):
    return json.dumps({"transactionId": transaction, "userId": "u", "transactionType": "purchase", "amount": 0,
                       "currency": "EUR", "transactionDate": date, "category": category, "merchant": "m",
                       "location": "l"}).replace('"amount": 0', f'"amount": {amount}').encode()


class CommerceExampleTest(unittest.TestCase):
    def test_tables_are_exact_sums_over_the_readable_messages(self):
        tables, bad = verify.expected_tables([
            message("t1", "0.10", "2026-01-31T23:59:59"),
            message("t2", "0.20", "2026-02-01T00:00:00"),
            message("t3", "7", "2026-02-01T12:00:00", "toys"),
            b'{"transactionId":"t4","amount":1.00,"transactionDate":"2026-0',
        ])
        self.assertEqual(bad, 1)
        self.assertEqual(tables["transactions"][("t3",)],
                         ("u", "purchase", "7.00", "EUR", "2026-02-01T12:00:00", "toys", "m", "l"))
        self.assertEqual(tables["sales_per_category"], {("books",): ("0.30",), ("toys",): ("7.00",)})
        self.assertEqual(tables["sales_per_day"], {("2026-01-31",): ("0.10",), ("2026-02-01",): ("7.20",)})
        self.assertEqual(tables["sales_per_month"], {("2026", "1"): ("0.10",), ("2026", "2"): ("7.20",)})

    def test_a_month_that_does_not_fit_decimal_10_2_is_null(self):
        limit, above = "99999999.99", "0.01"
        tables, _ = verify.expected_tables([message("a", limit, "2026-03-01T00:00:00")])
        self.assertEqual(tables["sales_per_month"], {("2026", "3"): (limit,)})
        tables, _ = verify.expected_tables([message("a", limit, "2026-03-01T00:00:00"),
                                            message("b", above, "2026-03-02T00:00:00")])
        self.assertEqual(tables["sales_per_month"], {("2026", "3"): ("",)})

    def test_the_seed_decides_the_events(self):
        def first(seed, count, bad_every=0):
            return list(itertools.islice(producer.events(seed, bad_every), count))

        self.assertEqual(first(7, 100), first(7, 100))
        self.assertNotEqual(first(7, 1), first(8, 1))
        events = first(7, 1000)
        self.assertEqual(len({transaction for transaction, _, _ in events}), 1000)
        for transaction, before, after in events:
            event = json.loads(before + "2026-01-01T00:00:00" + after)
            self.assertEqual(list(event), verify.FIELDS)
            self.assertEqual(event["transactionId"], transaction)

    def test_bad_messages_are_no_json_and_change_no_other(self):
        good = list(itertools.islice(producer.events(7, 0), 20))
        mixed = list(itertools.islice(producer.events(7, 5), 20))
        for number, (a, b) in enumerate(zip(good, mixed), 1):
            if number % 5 == 0:
                with self.assertRaises(ValueError):
                    json.loads(b[1] + "2026-01-01T00:00:00" + b[2])
            else:
                self.assertEqual(a, b)


if __name__ == "__main__":
    unittest.main()
