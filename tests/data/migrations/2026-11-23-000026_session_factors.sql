UPDATE sessions SET factor = 'recovery code';
