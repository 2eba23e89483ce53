import CrowdSupport

// A crowd of buyers that a test may kill.
try CrowdProgram.run()
