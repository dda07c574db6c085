"""What a worker does when it is time: each job claims or looks, asks the domain, and records. All may run twice."""
