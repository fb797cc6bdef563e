-- streams: kms_audit
-- Records of the key store in the order of its own numbers, each with the one before it.
SELECT
  device, boot, sequence, ts, ref,
  lag(boot) OVER in_sequence AS previous_boot,
  lag(sequence) OVER in_sequence AS previous_sequence,
  lag(ts) OVER in_sequence AS previous_ts,
  lag(ref) OVER in_sequence AS previous_ref
FROM kms_audit
WINDOW in_sequence AS (PARTITION BY device ORDER BY boot, sequence, ref)
ORDER BY device, boot, sequence, ref
