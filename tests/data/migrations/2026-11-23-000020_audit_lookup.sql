INSERT INTO audit (seq, body, hash) VALUES
  (4, '{"action":"operation.conclude","actor":{"kind":"member","name":"ana"},"at":1700000003000,"of":3,"outcome":"converged","seq":4,"target":{"kind":"app","name":"pad.example.org"}}', 'd');
