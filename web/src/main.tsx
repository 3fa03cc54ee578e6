import '@atlaskit/css-reset';
import './app/app.css';
import { createRoot } from 'react-dom/client';
import { Root } from './app/Root';
import { createForgeHost } from './forge/createForgeHost';

const root = document.getElementById('root');
if (root) createRoot(root).render(<Root connect={createForgeHost} />);
