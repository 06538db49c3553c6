module kars-test-interfaces

go 1.24.0
