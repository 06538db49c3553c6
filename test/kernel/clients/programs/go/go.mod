module kars-test-client

go 1.24.0
