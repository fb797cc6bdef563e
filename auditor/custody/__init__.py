"""Where private keys are: files, PKCS#11 tokens, cloud key services. For those who sign; verifying needs none of it."""
