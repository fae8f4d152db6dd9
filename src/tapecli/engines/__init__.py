"""What computes derivatives: `tapes`, `taylor` series, and `certified` values.

Engines take trees and points and return numbers; which engine answers a question is decided in
`evaluation`.
"""
