"""EvalGap: a knowledge-graph service for the assumptions that AI benchmarks make."""
